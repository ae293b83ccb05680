create or replace function outbox.percentile_of(p_durations integer[], p_fraction double precision)
returns double precision language plpgsql immutable parallel safe as $$
declare
  v_rank  double precision := 0;
  v_count integer;
  v_n     integer := 0;
begin
  foreach v_count in array coalesce(p_durations, '{}') loop
    v_rank := v_rank + coalesce(v_count, 0);
  end loop;
  if v_rank = 0 then return null; end if;
  v_rank := v_rank * p_fraction;
  foreach v_count in array p_durations loop
    v_n := v_n + 1;
    if v_count > 0 and v_rank <= v_count then
      return case v_n
        when 1 then v_rank / v_count
        when 40 then power(2, 19)   -- the last one has no upper end
        else power(2, (v_n - 2) / 2.0::float8) + (power(2, (v_n - 1) / 2.0::float8) - power(2, (v_n - 2) / 2.0::float8)) * v_rank / v_count
      end;
    end if;
    v_rank := v_rank - coalesce(v_count, 0);
  end loop;
end
$$;
comment on function outbox.percentile_of(integer[], double precision) is
  'The duration, in milliseconds, below which this fraction of a histogram (activity_minutes.durations) lies, interpolated within its element. Null: the histogram is empty.';
