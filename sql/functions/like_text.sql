create or replace function outbox.like_text(p_text text)
returns text language sql immutable strict parallel safe as $$
  select '%' || regexp_replace(p_text, '([\\%_])', '\\\1', 'g') || '%'
$$;
comment on function outbox.like_text(text) is
  'What LIKE finds this text with, wherever it stands: % and _ in it mean themselves.';
