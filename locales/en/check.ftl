# What `causeway check` and the warnings of a plan find: what is wrong, and (.do) what instead. Clauses without a full stop.
check-error = { $place }: error: { $what }; { $instead }
check-warning = { $place }: warning: { $what }; { $instead }
check-unread-postmaster = nobody reads mail to { $postmaster }; it is kept in the mailbox { $mailbox }
    .do = run causeway mailbox add { $mailbox }, or set [organization].postmaster
check-no-mailbox = there is no mailbox { $address }
    .do = run causeway mailbox add { $address }, or name an address that exists
check-domain-covered = { $domain } is accepted already, as a subdomain of { $above }
    .do = remove the entry, unless it is to get a type of its own
check-relay-domain-alone = { $domain } is an internal relay domain, and no enabled connector takes it: mail for recipients that are not here fails
    .do = add an outbound connector with recipient_domains = ["{ $domain }"], or make the domain authoritative if all its mailboxes are here
check-relay-domain-mx = mail for { $domain } leaves through the connector "{ $connector }" to the domain's MX hosts; if those are this server, it cannot be delivered (a loop)
    .do = give the connector smart_hosts, the servers that have the mailboxes
check-subdomains-alone = subdomains of { $domain } are accepted, and no enabled connector takes them
    .do = add "*.{ $domain }" to recipient_domains of the connector
check-internet-disabled = the connector "{ $name }" is disabled: mail for the internet goes direct
    .do = enable the connector, or write internet = "direct"
check-internet-taken = the connector "{ $other }" takes "*", so none is left for the connector "{ $name }"
    .do = remove "*" from that connector, or write internet = "direct"
check-tie = the connectors "{ $first }" and "{ $second }" both take "{ $pattern }"
    .do = remove the domain from one of them, or disable one
check-takes-nothing = the connector "{ $name }" has no recipient_domains: it takes no mail
    .do = write recipient_domains, or name it in [routing].internet
check-all-here = { $pattern } is authoritative, so all its recipients are here and the connector "{ $name }" gets none of them
    .do = make the domain internal_relay if some mailboxes are elsewhere, or remove it here
check-outbound-unreachable = the connector "{ $name }" is never used: all its domains are delivered here
    .do = remove it, or disable it
check-smart-host-here = the smart host { $host } of the connector "{ $name }" is this server: mail would go in circles
    .do = write the server that is to have the mail
check-login-in-clear = the connector "{ $name }" logs in, and a password is only sent to a server with a valid certificate: mail waits whenever the peer has none
    .do = write tls = "certificate_validation" or "domain_validation"
check-same-certificate = the connectors "{ $first }" and "{ $second }" are for the same certificate; the first whose sender_domains fit is used
    .do = give each peer one connector
check-inbound-unreachable = the connector "{ $name }" is never used: "{ $first }" recognises the same peers before it and takes all its senders
    .do = remove it, or write it before the other one
check-all-restricted = the connector "{ $name }" has all senders for itself: mail from every other server is refused
    .do = keep it if all mail comes through that server; otherwise write its own sender_domains
check-peer-strangers = the connector "{ $name }" lets its peer relay, and { $network } holds addresses of strangers: anybody could send through this server (an open relay)
    .do = write the addresses of your own mail servers only
check-wildcard-elsewhere = the connector "{ $name }" lets its peer relay, and takes every server with a certificate for a name below { $domain }, which is no accepted domain, for that peer
    .do = write the whole name in the certificate, unless every name below { $domain } is yours
check-peer-addresses = write the addresses of the peer's mail servers only
check-admin-in-clear = the admin listener "{ $name }" can be reached from other machines, and tokens would cross the network in clear text
    .do = remove tls = false, or write a loopback address such as 127.0.0.1:8025
check-listeners-collide = { $address } of the listener "{ $name }" is part of { $whole } of "{ $owner }": only one can be opened
    .do = remove one of them, or give it another port
check-no-smtp = domains are accepted, but no listener speaks smtp: no mail arrives
    .do = add a [[listener]] with protocol = "smtp"
check-no-pop = POP-before-SMTP is enabled, but no listener speaks pop3
    .do = add a [[listener]] with protocol = "pop3", have your own POP3 server report its logins (causeway relay logins report), or disable [relay].pop_before_smtp
check-short-name = the host name has no domain: other servers refuse mail from such a name
    .do = write the full name, like mx.contoso.example
check-no-certificate = there is no certificate: a self-signed one is used, which mail programs warn about and servers that verify refuse
    .do = write [tls] with certificate and key
check-far-resolver = the resolver { $server } is believed about signatures, and is not on this machine
    .do = run a validating resolver here, unless nobody can reach the network in between
check-sts-port = MTA-STS policies are fetched from port { $port }, where none is
    .do = remove mta_sts_port, unless this is a test lab
check-mx-port = MX hosts are tried at port { $port }, not on 25, where other servers listen
    .do = remove mx_port, unless this is a test lab
check-too-wide = { $network } holds so many addresses that strangers are among them: anybody could send through this server (an open relay)
    .do = write the networks of your own machines only
check-wider-than-private = { $network } holds the private range { $range } among public addresses: it is written too wide
check-container-gateway = { $network } holds 172.17.0.1, the gateway of container networks: in a container every client from outside can seem to come from there
check-private-range = { $network } is a private range: every machine in it may send anywhere, and behind a container host or a NAT gateway so may everybody outside
    .do = write the narrower network that is really meant, if there is one
check-provider-range = { $network } is shared by the customers of a provider: every machine in it may send anywhere, and behind a NAT gateway so may everybody outside
check-link-local-range = { $network } is the link-local range: every machine in it may send anywhere
check-too-many = together the networks hold a quarter of all IPv4 addresses: anybody could send through this server (an open relay)
check-right-twice = { $network } has an entry already further up: the first one counts
    .do = keep one of the two
check-end-without-effect = { $network } keeps the right to relay after { $until }, because { $wider } has it without an end
    .do = remove one of the two
check-right-covered = { $network } is part of { $wider }, which has the right to relay already: the entry changes nothing
    .do = remove one of the two
check-right-ended = { $network } was allowed to relay until { $until }, and is no longer
    .do = remove the entry, or write a later until
check-certificate = the certificate cannot be used: { $error }
    .do = name PEM files of one certificate and its key
check-trust-root = the issuers cannot be used: { $error }
    .do = name PEM files with certificates
check-no-cluster = this version has no cluster store
    .do = write url = "sqlite"
check-password-file = { $file } cannot be read: { $error }
    .do = name a file that the server's user can read, with the password in its first line
check-open-relay = this would be an open relay: { $failure }
    .do = entitle only networks and servers that are yours
