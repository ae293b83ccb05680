create or replace function outbox.audited_values(p_row json, p_left_out text[])
returns jsonb language plpgsql stable as $$
begin
  return (select coalesce(jsonb_object_agg(c.name, c.value), '{}')
          from jsonb_each(p_row::jsonb) as c (name, value)
          where c.name <> all (p_left_out) and c.value <> 'null');
exception
  -- A json column may hold what jsonb cannot, such as \u0000: then the row is told as one text.
  when data_exception then return jsonb_build_object('row', p_row::text);
end
$$;
comment on function outbox.audited_values(json, text[]) is
  'The values of a row that the audit log tells: all that are not null, without the columns that are left out.';
