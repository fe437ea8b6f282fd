# Wohin Mail für einen Empfänger geht, und warum nicht anderswohin. Satzteile ohne Punkt.
route-mailbox-here = das Postfach ist hier
route-delivered-to = sie wird in das Postfach { $mailbox } hier zugestellt
route-unknown = ein solches Postfach gibt es nicht, und alle Postfächer von { $domain } sind hier
route-own-address = { $domain } ist eine Adresse dieses Servers: Dort gibt es nur den Postmaster
route-read-elsewhere = Mail für { $recipient } wird bei { $to } gelesen; { $reason }
route-loop = die Nachricht kam von den eigenen Servern der Organisation, { $domain } ist eine interne Relay-Domäne, und der Konnektor „{ $connector }“ würde sie dorthin zurücksenden: eine Schleife
route-past = die Nachricht kam von den eigenen Servern der Organisation, und der Konnektor „{ $connector }“ würde sie dorthin zurücksenden; sie geht direkt ins Internet
route-not-ours = { $domain } ist keine unserer Domänen, und kein Konnektor ist dafür zuständig
route-to-address = { $domain } ist die Adresse eines Servers, und kein Konnektor nimmt sie: Die Nachricht geht direkt an diesen Server
route-no-connector = { $domain } ist eine interne Relay-Domäne, das Postfach ist nicht hier, und kein aktivierter Konnektor ist für die Domäne zuständig; ihr MX brächte die Nachricht hierher zurück
route-taken = der Konnektor „{ $connector }“ ist für { $domain } zuständig (in seinen recipient_domains steht "{ $pattern }")
route-internet = Mail ins Internet geht durch den Konnektor „{ $connector }“ hinaus ([routing].internet)
route-not-its-domain = seine recipient_domains enthalten { $domain } nicht
route-disabled = er ist deaktiviert
route-authoritative = { $domain } ist autoritativ: Empfänger, die nicht hier sind, gibt es nicht
route-back = er würde die Nachricht dorthin zurücksenden, woher sie kam
route-less-specific = "{ $pattern }" ist weniger genau als das Muster des gewählten Konnektors
