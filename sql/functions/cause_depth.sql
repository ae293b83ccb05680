create or replace function outbox.cause_depth(p_context json, p_most integer)
returns integer language plpgsql stable as $$
declare
  v_context json := p_context;
  v_cause   uuid;
  v_depth   integer := 0;
begin
  -- One look-up by id a link; a chain that leaves the log ends there.
  while v_depth <= p_most loop
    if json_typeof(v_context) is distinct from 'object' then exit; end if;
    begin
      v_cause := v_context ->> 'cause';
    exception
      when invalid_text_representation then exit;   -- the cause is no event of ours
    end;
    if v_cause is null then exit; end if;
    v_depth := v_depth + 1;
    select e.context into v_context from outbox.events as e where e.id = v_cause;
    if not found then exit; end if;
  end loop;
  return v_depth;
exception
  when others then return v_depth;   -- \u0000 in a context
end
$$;
comment on function outbox.cause_depth(json, integer) is
  'How many events stand before the one with this context in its chain of causes, counted no further than one beyond p_most. A writer names the cause: set local outbox.context = ''{"cause": "…"}'', with the webhook-id that made it write.';
