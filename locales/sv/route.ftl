# Vart post till en mottagare går, och varför inte någon annanstans. Satsdelar utan punkt.
route-mailbox-here = brevlådan finns här
route-delivered-to = den levereras till brevlådan { $mailbox } här
route-unknown = det finns ingen sådan brevlåda, och alla brevlådor i { $domain } finns här
route-own-address = { $domain } är en adress till den här servern: där finns bara postmaster
route-read-elsewhere = post till { $recipient } läses på { $to }; { $reason }
route-loop = meddelandet kom från organisationens egna servrar, { $domain } är en intern relädomän, och anslutningen ”{ $connector }” skulle skicka tillbaka det dit: en slinga
route-past = meddelandet kom från organisationens egna servrar, och anslutningen ”{ $connector }” skulle skicka tillbaka det dit; det går direkt till internet
route-not-ours = { $domain } är inte vår och ingen anslutning tar den
route-to-address = { $domain } är en servers adress och ingen anslutning tar den: meddelandet går direkt till den servern
route-no-connector = { $domain } är en intern relädomän, brevlådan finns inte här, och ingen påslagen anslutning tar domänen; dess MX skulle föra tillbaka meddelandet hit
route-taken = anslutningen ”{ $connector }” tar { $domain } (dess recipient_domains har "{ $pattern }")
route-internet = post till internet går genom anslutningen ”{ $connector }” ([routing].internet)
route-not-its-domain = { $domain } finns inte i dess recipient_domains
route-disabled = den är avstängd
route-authoritative = { $domain } är auktoritativ: mottagare som inte finns här finns inte alls
route-back = den skulle skicka tillbaka meddelandet dit det kom ifrån
route-less-specific = "{ $pattern }" är mindre exakt än mönstret hos den valda anslutningen
