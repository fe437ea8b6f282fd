# Where mail for a recipient goes, and why not elsewhere. Clauses without a full stop.
route-mailbox-here = the mailbox is here
route-delivered-to = it is delivered to the mailbox { $mailbox } here
route-unknown = there is no such mailbox, and all of { $domain } is here
route-own-address = { $domain } is an address of this server: only its postmaster is there
route-read-elsewhere = mail for { $recipient } is read at { $to }; { $reason }
route-loop = the message came from the organization's own servers, { $domain } is an internal relay domain, and the connector "{ $connector }" would send it back to them: a loop
route-past = the message came from the organization's own servers, so the connector "{ $connector }" would send it back to them; it goes straight to the internet
route-not-ours = { $domain } is not ours and no connector takes it
route-to-address = { $domain } is a server's address and no connector takes it: the message goes straight to that server
route-no-connector = { $domain } is an internal relay domain, the mailbox is not here, and no enabled connector takes the domain; its MX would bring the message back here
route-taken = the connector "{ $connector }" takes { $domain } (its recipient_domains has "{ $pattern }")
route-internet = mail for the internet leaves through the connector "{ $connector }" ([routing].internet)
route-not-its-domain = its recipient_domains do not have { $domain }
route-disabled = it is disabled
route-authoritative = { $domain } is authoritative: recipients that are not here do not exist
route-back = it would send the message back to where it came from
route-less-specific = "{ $pattern }" is less specific than the pattern of the connector taken
