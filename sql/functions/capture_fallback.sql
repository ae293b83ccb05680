create or replace function outbox.capture_fallback(p_watch outbox.watches)
returns text language sql stable as $$
  select concat(
    E'\n      if v_fires then',
    E'\n        v_key := null; v_keys := null; v_tenant := null;',
    E'\n        begin',
    outbox.capture_identity(p_watch),
    E'\n        v_keys := ', outbox.capture_key_object(p_watch), ';',
    E'\n        exception when others or assert_failure then null;',
    E'\n        end;',
    E'\n        v_data := ',
    case when p_watch.operation <> 'truncate' and outbox.capture_whole(p_watch)
      then format('outbox.capture_row(%s, v_keys, %s, %s, %s)', outbox.capture_head(p_watch),
                  case p_watch.operation when 'delete' then 'old' else 'new' end,
                  case p_watch.operation when 'update' then 'old' else 'null::record' end,
                  (select s.max_payload_bytes from outbox.settings as s))
      else format('outbox.capture_thin(%s, v_keys, ''capture_failed'')', outbox.capture_head(p_watch)) end, ';',
    E'\n      end if;')
$$;
comment on function outbox.capture_fallback(outbox.watches) is
  'Source of the statements that make an event whose payload could not be made. A rule that keeps columns out must not guess: its event goes without the row. Used to compile capture functions.';
