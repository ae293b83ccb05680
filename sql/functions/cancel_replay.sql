create or replace function outbox.cancel_replay(replay_id bigint)
returns boolean language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_variable
begin
  update outbox.replays as r set cancelled_at = now() where r.id = replay_id and r.finished_at is null and r.cancelled_at is null;
  if found then return true; end if;
  if not exists (select from outbox.replays as r where r.id = replay_id) then
    raise exception 'argument "replay_id" is %, for which there is no replay', coalesce(replay_id::text, 'null')
      using errcode = 'OB002', hint = 'See: select id, webhook_id, finished_at from outbox.replays.';
  end if;
  return false;
end
$$;
comment on function outbox.cancel_replay(bigint) is
  'Ends a replay. What it has queued already is sent. False: it had ended before. Raises OB002 for an unknown replay.';
