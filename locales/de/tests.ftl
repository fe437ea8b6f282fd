# Verbindungstests: was ihre Schritte ergeben, und was zu tun ist.

test-skipped = nicht versucht, weil ein früherer Schritt scheiterte
test-addresses = { $host } hat die Adressen { $addresses }
test-domain-authoritative = { $domain } ist hier als autoritative Domäne akzeptiert: alle Postfächer sind hier
test-domain-internal-relay = { $domain } ist hier als internes Relay akzeptiert: Empfänger ohne Postfach hier gehen an einen anderen Server weiter
test-domain-unknown = { $domain } ist keine akzeptierte Domäne dieses Servers: E-Mail dafür wird als Relay abgelehnt
test-connector-enabled = der Konnektor „{ $connector }“ ist in Betrieb
test-connector-disabled = der Konnektor „{ $connector }“ ist außer Betrieb
test-connector-any-domain = der Konnektor nimmt jede Domäne über ihre MX-Einträge: ohne Empfänger gibt es keinen Server zu testen
test-connector-missing = { $domain } ist ein internes Relay, und kein Konnektor bringt seine Empfänger weiter
test-connector-found = Empfänger, die nicht hier sind, gehen über den Konnektor „{ $connector }“ weiter
test-connector-not-needed = { $domain } ist autoritativ: ein Konnektor ist nicht nötig
test-record = { $record }
test-spf-none = { $domain } hat keinen SPF-Eintrag
test-spf-many = { $domain } hat { $count } SPF-Einträge: Empfänger benutzen dann keinen davon
test-spf-covers = der SPF-Eintrag von { $domain } deckt die Adressen ab, von denen dieser Server sendet: { $addresses }
test-spf-misses = der SPF-Eintrag von { $domain } deckt { $address } nicht ab, von wo dieser Server sendet: Empfänger stellen „{ $result }“ fest
test-spf-unknown = ob der SPF-Eintrag von { $domain } { $address } abdeckt, lässt sich jetzt nicht sagen: für einen Namen darin kam keine Antwort
test-spf-broken = der SPF-Eintrag von { $domain } lässt sich nicht auswerten: er hat einen Fehler oder braucht mehr als 10 Abfragen
test-spf-private = dieser Server sendet von { $address }, die der SPF-Eintrag von { $domain } nicht abdeckt: eine private Adresse, statt derer andere eine andere sehen
test-dkim-own = der Schlüssel, mit dem dieser Server unterschreibt, ist bei { $name } veröffentlicht
test-dkim-own-missing = dieser Server unterschreibt mit einem Schlüssel, dessen Eintrag bei { $name } fehlt: seine Unterschriften zählen nichts
test-dkim-own-different = dieser Server unterschreibt mit einem Schlüssel, und bei { $name } steht ein anderer: seine Unterschriften sind ungültig
test-dkim-none = an den üblichen Selektoren wurde kein DKIM-Schlüssel von { $domain } gefunden
test-dkim-found = DKIM-Schlüssel sind an den Selektoren { $selectors } veröffentlicht
test-dmarc-none = { $domain } hat keinen DMARC-Eintrag
test-dmarc-many = { $domain } hat { $count } DMARC-Einträge: Empfänger benutzen dann keinen davon

advice-accept-domain = Die Domäne hier hinzufügen (causeway domain add { $domain }), wenn ihre E-Mail zu diesem Server kommen soll.
advice-no-mx = Beim DNS-Anbieter für { $domain } einen MX-Eintrag veröffentlichen, der { $host } nennt.
advice-mx-mixed = Beim DNS-Anbieter die MX-Einträge entfernen, die nicht hierher führen, sofern kein anderer Server diese E-Mail annehmen soll; dieser Server ist { $host }.
advice-mx-here = Beim DNS-Anbieter den MX-Eintrag von { $domain } auf { $host } zeigen lassen, wenn E-Mail zuerst hierher kommen soll.
advice-null-mx = Beim DNS-Anbieter den Null-MX von { $domain } durch einen MX-Eintrag ersetzen, der { $host } nennt.
advice-mx-unusable = Beim DNS-Anbieter jeden MX-Eintrag einen Rechner nennen lassen, der eine Adresse hat ({ $domain }).
advice-recipient-refused = Jede Domäne braucht einen Postmaster (RFC 5321): ein Postfach oder einen Alias postmaster@{ $domain } anlegen. Wenn die Antwort von Relay spricht, akzeptiert der antwortende Server die Domäne nicht.
advice-connector-disabled = Den Konnektor in Betrieb nehmen: causeway connector enable "{ $connector }"
advice-connector-missing = Einen ausgehenden Konnektor anlegen, dessen Empfängerdomänen { $domain } enthalten, oder die Domäne autoritativ machen, wenn alle ihre Postfächer hier sind.
advice-masked = Eine Firewall oder ein Mailfilter auf dem Weg verändert SMTP. Dessen SMTP-Prüfung („Fixup“, „Mailguard“, „ESMTP Inspection“) für E-Mail zwischen den beiden Servern abschalten lassen.
advice-starttls = TLS auf jenem Server einrichten lassen (Zertifikat, STARTTLS angekündigt).
advice-starttls-connector = TLS auf jenem Server einrichten lassen (Zertifikat, STARTTLS angekündigt), oder die TLS-Stufe des Konnektors senken, wenn E-Mail ungeschützt gehen darf.
advice-certificate-soon = Das Zertifikat endet in { $span }: es vorher erneuern lassen.
advice-ocsp = Mail kommt trotzdem durch. Wer jenen Server verwaltet, sollte ihn eine neue Auskunft des Ausstellers holen lassen (OCSP-Stapling) oder keine mitschicken.
advice-tlsa-unusable = Wer die Domäne betreibt, sollte TLSA-Einträge mit Usage 2 oder 3 und einer Prüfsumme richtiger Länge veröffentlichen (üblich ist 3 1 1).
advice-tlsa-unasked = Für DANE diesen Server einen prüfenden Resolver auf dieser Maschine fragen lassen, oder einem anderen mit trust_ad = true in [dns] der causeway.toml vertrauen.
advice-sts-unusable = Wer { $domain } betreibt, sollte https://mta-sts.{ $domain }/.well-known/mta-sts.txt in Ordnung bringen. Bis dahin geht Mail ohne die Richtlinie, außer es ist hier eine ältere bekannt.
advice-relay-open = Die Adresse dieser Maschine gehört vielleicht zu den Netzen, für die jener Server sendet: dann ist es so richtig. Von einer Adresse außerhalb testen. Nimmt er es auch dort an, kann jeder über diesen Server senden: ihn sofort schließen lassen. Er sollte E-Mail nur für seine eigenen Domänen annehmen, und von Clients, die sich anmelden oder aus seinen eigenen Netzen kommen.
advice-relay-open-here = Jener Server ist auf dieser Maschine, deren eigene Adressen meist zu den Netzen gehören, die senden dürfen: über Fremde sagt das nichts. Von einer Maschine außerhalb testen.
advice-name-unknown = Prüfen, wie der Name geschrieben ist. Ist er richtig, muss der Betreiber der Domäne eine Adresse oder einen MX-Eintrag dafür veröffentlichen, oder die Domäne verlängern, wenn sie abgelaufen ist.
advice-not-delegated = Die Domäne bei ihrem Registrar nachschlagen: verlängern, wenn sie abgelaufen ist, und prüfen, welche Nameserver dort eingetragen sind.
advice-delegation-unknown = Die Server über dieser Domäne antworten von hier aus nicht. Prüfen, ob eine Firewall DNS-Fragen hinauslässt (Port 53, UDP und TCP), und später noch einmal versuchen.
advice-name-server = { $server } von seinem Betreiber instand setzen lassen, oder beim Registrar aus der Delegierung nehmen.
advice-resolver = Den Resolver { $server } fragt dieser Server selbst: ihn instand setzen, oder andere in [dns] servers in causeway.toml nennen.
advice-secondary-old = Ein Nameserver hat noch eine ältere Fassung der Zone. Seinen Betreiber die Zonenübertragung prüfen lassen; bis dahin kann jede zweite Antwort die alte sein.
advice-cached-wait = Nichts zu tun: die alte Antwort endet von selbst. So lange warten, bevor die Änderung beurteilt wird.
advice-spf-none = Bei { $domain } einen TXT-Eintrag veröffentlichen, der die Server nennt, die für die Domäne senden, etwa „{ $record }“.
advice-spf-misses = { $term } in den TXT-Eintrag bei { $domain } aufnehmen: „{ $record }“.
advice-spf-broken = Den TXT-Eintrag berichtigen: include, a, mx, ptr, exists und redirect dürfen zusammen zehnmal vorkommen, die innerhalb von includes mitgezählt.
advice-spf-private = Feststellen, welche Adresse andere sehen (meist die des Routers), und dafür sorgen, dass der SPF-Eintrag von { $domain } sie abdeckt.
advice-dkim-own = Bei { $name } den TXT-Eintrag „{ $value }“ veröffentlichen.
advice-spf-everybody = Der Eintrag erlaubt jedem, als { $domain } zu senden. Ihn mit „-all“ oder „~all“ enden lassen.
advice-spf-many = Die SPF-Einträge von { $domain } zu einem zusammenfassen.
advice-dkim-none = Wenn { $domain } seine E-Mail signiert, den Selektor nennen: causeway domain troubleshoot { $domain } --dkim-selector NAME. Wenn nicht, lehnen große Empfänger die E-Mail womöglich ab.
advice-dmarc-none = Bei _dmarc.{ $domain } einen TXT-Eintrag veröffentlichen, für den Anfang „v=DMARC1; p=none; rua=mailto:postmaster@{ $domain }“.
advice-dmarc-many = Bei _dmarc.{ $domain } nur einen DMARC-Eintrag lassen.

# Hints of `connector validate`.
test-refused = Der Host hat sofort geantwortet, dass er auf diesem Port keine Verbindung annimmt (TCP-Reset). Ein gestoppter Maildienst, ein falscher Port und eine Firewall, die so antwortet, sehen von hier gleich aus: Prüfen Sie auf dem Host, ob der Maildienst läuft und auf diesem Port lauscht, dann, ob eine Firewall unsere Adressen durchlässt (`causeway connector firewall`).
test-possible-cause = Mögliche Ursache: { $cause } { $action }
