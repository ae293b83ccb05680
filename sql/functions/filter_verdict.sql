create or replace function outbox.filter_verdict(p_filter jsonpath, p_data jsonb)
returns text language plpgsql stable as $$
declare
  v_part    text;
  v_failure text;
  v_verdict text := '';
  v_failed  text[] := '{}';
begin
  if p_filter is null then return null; end if;
  if p_data is null then
    return 'a filter lets nothing through that jsonb cannot hold: the data has \u0000, or a number beyond its range';
  end if;
  if outbox.filter_matches(p_filter, p_data) then return null; end if;
  foreach v_part in array outbox.filter_parts(p_filter) loop
    v_failure := outbox.filter_failure(v_part::jsonpath, p_data);
    continue when v_failure is null;
    -- What is false decides, whatever else cannot be decided.
    if v_failed = '{}' or (v_failure = 'is false' and v_verdict <> 'is false') then
      v_verdict := v_failure;
      v_failed := '{}';
    end if;
    if v_failure = v_verdict and cardinality(v_failed) < 3 then
      v_failed := v_failed || concat_ws(' ', v_part, outbox.filter_values(v_part, p_data));
    end if;
  end loop;
  return format('filter %s: %s', v_verdict, array_to_string(v_failed, ' and '));
end
$$;
comment on function outbox.filter_verdict(jsonpath, jsonb) is
  'Why a filter does not let this data through: its first parts that fail, and the values that they saw. Null: it does, or there is no filter.';
