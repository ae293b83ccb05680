create or replace function outbox.data_for_filter(p_data json)
returns jsonb language plpgsql immutable as $$
begin
  return p_data::jsonb;
exception
  -- jsonb cannot hold \u0000 and some numbers that json can: such data passes no filter.
  when others then return null;
end
$$;
comment on function outbox.data_for_filter(json) is
  'The data of an event as jsonb, for filters. Null: jsonb cannot hold it, and no filter lets it through.';
