# Connectivity tests: what their steps find, and what to do.

test-skipped = not tried, as an earlier step failed
test-addresses = { $host } has the addresses { $addresses }
test-domain-authoritative = { $domain } is accepted here as an authoritative domain: all its mailboxes are here
test-domain-internal-relay = { $domain } is accepted here as an internal relay domain: recipients without a mailbox here go on to another server
test-domain-unknown = { $domain } is not an accepted domain of this server: mail for it is refused as relaying
test-connector-enabled = the connector “{ $connector }” is in use
test-connector-disabled = the connector “{ $connector }” is not in use
test-connector-any-domain = the connector takes every domain by its MX records: there is no host to test without a recipient
test-connector-missing = { $domain } is an internal relay domain, and no connector takes its recipients on
test-connector-found = recipients that are not here go on through the connector “{ $connector }”
test-connector-not-needed = { $domain } is authoritative: no connector is needed
test-record = { $record }
test-spf-none = { $domain } has no SPF record
test-spf-many = { $domain } has { $count } SPF records: receivers then use none of them
test-spf-covers = the SPF record of { $domain } covers the addresses that this server sends from: { $addresses }
test-spf-misses = the SPF record of { $domain } does not cover { $address }, from which this server sends: receivers find “{ $result }”
test-spf-unknown = whether the SPF record of { $domain } covers { $address } cannot be said now: a name in it gave no answer
test-spf-broken = the SPF record of { $domain } cannot be evaluated: it has a mistake, or needs more than 10 lookups
test-spf-private = this server sends from { $address }, which the SPF record of { $domain } does not cover: a private address, in whose place others see another one
test-dkim-own = the key with which this server signs is published at { $name }
test-dkim-own-missing = this server signs with a key whose record is missing at { $name }: its signatures count for nothing
test-dkim-own-different = this server signs with a key, and { $name } has another one: its signatures are invalid
test-dkim-none = no DKIM key of { $domain } was found at the usual selectors
test-dkim-found = DKIM keys are published at the selectors { $selectors }
test-dmarc-none = { $domain } has no DMARC record
test-dmarc-many = { $domain } has { $count } DMARC records: receivers then use none of them

advice-accept-domain = Add the domain here (causeway domain add { $domain }), if its mail should come to this server.
advice-no-mx = Publish an MX record for { $domain } at your DNS provider that names { $host }.
advice-mx-mixed = At your DNS provider, remove the MX records that do not lead here, unless another server is meant to take this mail as well; this server is { $host }.
advice-mx-here = At your DNS provider, let the MX record of { $domain } name { $host }, if mail should come here first.
advice-null-mx = At your DNS provider, replace the null MX of { $domain } by an MX record that names { $host }.
advice-mx-unusable = At the DNS provider, let each MX record name a host that has an address ({ $domain }).
advice-recipient-refused = Every domain needs a postmaster (RFC 5321): add a mailbox or an alias postmaster@{ $domain }. Where the answer speaks of relaying, the server that answered does not accept the domain.
advice-connector-disabled = Put the connector in use: causeway connector enable "{ $connector }"
advice-connector-missing = Add an outbound connector whose recipient domains include { $domain }, or make the domain authoritative, if all its mailboxes are here.
advice-masked = A firewall or mail filter on the way changes SMTP. Have its inspection of SMTP (“fixup”, “mailguard”, “ESMTP inspection”) switched off for mail between the two servers.
advice-starttls = Have TLS set up on that server (a certificate, STARTTLS announced).
advice-starttls-connector = Have TLS set up on that server (a certificate, STARTTLS announced), or lower the connector’s TLS level, if mail may go unprotected.
advice-certificate-soon = The certificate ends in { $span }: have it renewed before then.
advice-ocsp = Mail passes all the same. The administrator of that server should let it fetch a new statement from the issuer (OCSP stapling), or not send any.
advice-tlsa-unusable = Whoever runs the domain should publish TLSA records of usage 2 or 3 with a digest of the right length (3 1 1 is usual).
advice-tlsa-unasked = For DANE let this server ask a validating resolver on this machine, or trust one with trust_ad = true in [dns] of causeway.toml.
advice-sts-unusable = Whoever runs { $domain } should repair https://mta-sts.{ $domain }/.well-known/mta-sts.txt. Until then mail goes without the policy, unless an older one is known here.
advice-relay-open = This machine’s address may belong to the networks that server sends for: then this is as it should be. Test from an address outside them. Taken there, too, it means that anybody can send through this server: have it closed at once. It should take mail only for its own domains, and for clients who log in or come from its own networks.
advice-relay-open-here = That server is on this machine, whose own addresses usually belong to the networks that may send: this says nothing about strangers. Test from a machine outside them.
advice-name-unknown = Check how the name is written. If it is right, whoever runs the domain has to publish an address or an MX record for it, or to renew the domain, if it has expired.
advice-not-delegated = Look the domain up at its registrar: renew it if it has expired, and check which name servers are entered there.
advice-delegation-unknown = The servers above this domain do not answer from here. Check whether a firewall lets DNS questions out (port 53, UDP and TCP), and try again later.
advice-name-server = Have the operator of { $server } repair it, or remove it from the delegation at the registrar.
advice-resolver = The resolver { $server } is one that this server asks: repair it, or name others in [dns] servers of causeway.toml.
advice-secondary-old = A name server still has an older version of the zone. Have its operator check the zone transfer; until then every second answer may be the old one.
advice-cached-wait = Nothing needs to be done: the old answer ends by itself. Wait that long before you judge the change.
advice-spf-none = Publish a TXT record at { $domain } that names the servers that send for it, such as “{ $record }”.
advice-spf-misses = Add { $term } to the TXT record at { $domain }: “{ $record }”.
advice-spf-broken = Correct the TXT record: include, a, mx, ptr, exists and redirect may stand there ten times in all, counting those within includes.
advice-spf-private = Find out which address others see (mostly that of your router), and see to it that the SPF record of { $domain } covers it.
advice-dkim-own = Publish at { $name } the TXT record “{ $value }”.
advice-spf-everybody = The record lets everybody send as { $domain }. End it with “-all” or “~all”.
advice-spf-many = Join the SPF records of { $domain } into one.
advice-dkim-none = If { $domain } signs its mail, name your selector: causeway domain troubleshoot { $domain } --dkim-selector NAME. If it does not, large receivers may refuse its mail.
advice-dmarc-none = Publish a TXT record at _dmarc.{ $domain }, to begin with “v=DMARC1; p=none; rua=mailto:postmaster@{ $domain }”.
advice-dmarc-many = Leave one DMARC record at _dmarc.{ $domain }.

# Hints of `connector validate`.
test-refused = The host answered at once that it takes no connection on this port (TCP reset). A stopped mail service, a wrong port and a firewall that answers so look the same from here: check on that host that the mail service runs and listens on this port, then that a firewall lets our addresses through (`causeway connector firewall`).
test-possible-cause = Possible cause: { $cause } { $action }
