create or replace function outbox.delete_expired_access(p_now timestamptz)
returns void language plpgsql as $$
declare
  v_audit_until timestamptz := p_now - (select greatest(s.retention, interval '90 days') from outbox.settings as s);
begin
  delete from outbox.admin_sessions as s where s.expires_at <= p_now or s.seen_at <= p_now - interval '2 hours';
  delete from outbox.login_links as l where l.expires_at <= p_now;
  delete from outbox.api_requests as r where r.created_at <= p_now - interval '1 day';
  -- Ids follow the time, nearly: the first row that is kept is found at once, from the beginning of the primary key.
  delete from outbox.audit_log as a
  where a.at < v_audit_until
    and a.id < coalesce((select k.id from outbox.audit_log as k where k.at >= v_audit_until order by k.id limit 1), 9223372036854775807);
end
$$;
comment on function outbox.delete_expired_access(timestamptz) is
  'Deletes what has served its time: sessions, login links, requests that carried an Idempotency-Key, and the audit log beyond the retention, of at least 90 days.';
