create or replace function outbox.values_text(p_values jsonb)
returns text language plpgsql immutable parallel safe as $$
declare
  v_count integer := jsonb_array_length(p_values);
  v_words text;
begin
  for n in 0 .. least(v_count, 3) - 1 loop
    v_words := concat_ws(', ', v_words, case when length((p_values -> n)::text) > 80 then left((p_values -> n)::text, 80) || '…' else (p_values -> n)::text end);
  end loop;
  return case when v_count > 3 then format('%s, … (%s values)', v_words, v_count) else v_words end;
end
$$;
comment on function outbox.values_text(jsonb) is
  'The elements of an array as they stand in a sentence: the first three, each cut at 80 characters. Null: there are none.';
