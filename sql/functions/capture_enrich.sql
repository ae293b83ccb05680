create or replace function outbox.capture_enrich(p_watch outbox.watches)
returns text language sql stable as $$
  select case when p_watch.enrich is not null then concat(
    E'\n        v_enriched := null;',
    E'\n        begin',
    E'\n          v_enriched := (\n', p_watch.enrich, E'\n          )::json::text;',
    E'\n        exception when others or assert_failure then',
    E'\n          perform outbox.capture_failed(', quote_literal(outbox.relation_name(p_watch.relation)), ', ', quote_literal(p_watch.event_type),
    ', ''enrich'', sqlstate, sqlerrm);',
    E'\n        end;') end
$$;
comment on function outbox.capture_enrich(outbox.watches) is
  'Source of the statements that evaluate enrich; where it fails, the event goes without. Used to compile capture functions.';
