# Waar mail voor een ontvanger heen gaat, en waarom niet ergens anders heen. Zinsdelen zonder punt.
route-mailbox-here = het postvak is hier
route-delivered-to = ze wordt hier in het postvak { $mailbox } bezorgd
route-unknown = zo’n postvak is er niet, en alle postvakken van { $domain } zijn hier
route-own-address = { $domain } is een adres van deze server: alleen de postmaster is daar
route-read-elsewhere = mail voor { $recipient } wordt gelezen op { $to }; { $reason }
route-loop = het bericht kwam van de eigen servers van de organisatie, { $domain } is een intern relaydomein, en de connector “{ $connector }” zou het daarheen terugsturen: een lus
route-past = het bericht kwam van de eigen servers van de organisatie, en de connector “{ $connector }” zou het daarheen terugsturen; het gaat rechtstreeks naar internet
route-not-ours = { $domain } is niet van ons en geen connector neemt het aan
route-to-address = { $domain } is het adres van een server en geen connector neemt het aan: het bericht gaat rechtstreeks naar die server
route-no-connector = { $domain } is een intern relaydomein, het postvak is niet hier, en geen ingeschakelde connector neemt het domein aan; zijn MX zou het bericht hierheen terugbrengen
route-taken = de connector “{ $connector }” neemt { $domain } aan (in zijn recipient_domains staat "{ $pattern }")
route-internet = mail voor internet vertrekt via de connector “{ $connector }” ([routing].internet)
route-not-its-domain = { $domain } staat niet in zijn recipient_domains
route-disabled = hij is uitgeschakeld
route-authoritative = { $domain } is gezaghebbend: ontvangers die hier niet zijn, bestaan niet
route-back = hij zou het bericht terugsturen naar waar het vandaan kwam
route-less-specific = "{ $pattern }" is minder precies dan het patroon van de gekozen connector
