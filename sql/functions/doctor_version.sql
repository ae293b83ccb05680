create or replace function outbox.doctor_version(p_version integer default current_setting('server_version_num')::integer)
returns table (severity text, subject text, finding text, since timestamptz, mend text) language sql stable as $$
  with faults (major, first_bad, first_good, effect) as (values
    -- From the release notes of 12 February 2026; all earlier minors of these majors have it.
    (15, 0, 16, 'a listener that is slow can fail with "could not access status of transaction", and miss what came after'),
    (16, 0, 12, 'a listener that is slow can fail with "could not access status of transaction", and miss what came after'),
    (17, 0, 8, 'a listener that is slow can fail with "could not access status of transaction", and miss what came after'),
    (18, 0, 2, 'a listener that is slow can fail with "could not access status of transaction", and miss what came after'),
    -- Made by the release before, mended a fortnight later.
    (15, 16, 17, 'substring() of a long text that is not ASCII can fail with "invalid byte sequence", also in conditions and enrich'),
    (16, 12, 13, 'substring() of a long text that is not ASCII can fail with "invalid byte sequence", also in conditions and enrich'),
    (17, 8, 9, 'substring() of a long text that is not ASCII can fail with "invalid byte sequence", also in conditions and enrich'),
    (18, 2, 3, 'substring() of a long text that is not ASCII can fail with "invalid byte sequence", also in conditions and enrich'),
    -- Made on 14 November 2024, mended a week later.
    (15, 9, 10, 'extensions built for another minor can crash the server, and alter role … set role has no effect'),
    (16, 5, 6, 'extensions built for another minor can crash the server, and alter role … set role has no effect'),
    (17, 1, 2, 'extensions built for another minor can crash the server, and alter role … set role has no effect')
  )
  select 'warning', format('server %s.%s', p_version / 10000, p_version % 10000),
         format('It has known faults that matter here: %s.', string_agg(f.effect, '; ' order by f.first_good desc)),
         null::timestamptz, format('Update it to the newest %s, at least %s.%s: a minor update keeps the data and needs a restart.', f.major, f.major, max(f.first_good))
  from faults as f
  where f.major = p_version / 10000 and p_version % 10000 >= f.first_bad and p_version % 10000 < f.first_good
  group by f.major
$$;
comment on function outbox.doctor_version(integer) is
  'Finds faults that are known of this minor version of the server (or another one, as in server_version_num), and that matter to an outbox.';
