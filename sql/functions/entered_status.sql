create or replace function outbox.entered_status(p_operation text, p_status_column text, p_statuses text[])
returns text language sql immutable as $$
  select case p_operation
    when 'insert' then format('new.%I::text = any (%L::text[])', p_status_column, p_statuses)
    else format('new.%1$I::text = any (%2$L::text[]) and (old.%1$I::text = any (%2$L::text[])) is not true', p_status_column, p_statuses)
  end
$$;
comment on function outbox.entered_status(text, text, text[]) is
  'Source of the condition that a row has just entered one of these statuses. Used by the presets.';
