create or replace function outbox.looks_secret(p_column text, p_type regtype)
returns boolean language sql stable as $$
  -- apiKey and API-key are api_key; a count or a date of secrets is none, but a number of a card is.
  select case
    when n.name ~ '(^|_)(ssn|social_security(_(no|number))?|credit_?cards?|card_?(no|number)|cvv|cvc|iban)(_|$)' then t.typcategory not in ('B', 'D', 'T')
    when n.name ~ '(^|_)(passwords?|passwd|passphrase|pwd|secrets?|tokens?|api_?keys?|(private|access|encryption|signing)_?keys?|credentials?|otp)(_|$)'
      then t.typcategory not in ('B', 'D', 'T', 'N') and n.name !~ '_(id|type|kind|name|status|hint|url)$'
    else false
  end
  from pg_type as t
  cross join (select lower(regexp_replace(regexp_replace(p_column, '([a-z0-9])([A-Z])', '\1_\2', 'g'), '[^A-Za-z0-9]+', '_', 'g')) as name) as n
  where t.oid = p_type
$$;
comment on function outbox.looks_secret(text, regtype) is
  'Whether a column of this name and type is likely to hold what nobody else should read.';
