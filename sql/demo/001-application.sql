-- The sample application: what an ordinary host database looks like. It knows nothing of the outbox.

create table if not exists public.tickets (
  id         bigint generated always as identity primary key,
  title      text not null,
  status     text not null default 'open',
  priority   text not null default 'normal',
  assignee   text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create table if not exists public.workflows (
  id         bigint generated always as identity primary key,
  ticket_id  bigint references public.tickets on delete cascade,
  name       text not null,
  status     text not null default 'queued',
  created_at timestamptz not null default now()
);
create table if not exists public.workflow_steps (
  workflow_id bigint not null references public.workflows on delete cascade,
  position    integer not null,
  name        text not null,
  status      text not null default 'pending',
  primary key (workflow_id, position)
);
create table if not exists public.test_runs (
  id          bigint generated always as identity primary key,
  workflow_id bigint references public.workflows on delete cascade,
  suite       text not null,
  status      text not null default 'queued',
  passed      integer,
  failed      integer,
  created_at  timestamptz not null default now()
);
insert into public.tickets (title, priority)
select t.title, t.priority
from (values ('The login page shows an error', 'high'), ('Typo in the invoice', 'low'), ('Export takes too long', 'normal')) as t (title, priority)
where not exists (select from public.tickets);
