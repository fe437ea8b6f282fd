# Verbindingstests: wat hun stappen opleveren, en wat er te doen is.

test-skipped = niet geprobeerd, omdat een eerdere stap mislukte
test-addresses = { $host } heeft de adressen { $addresses }
test-domain-authoritative = { $domain } is hier geaccepteerd als gezaghebbend domein: alle postvakken zijn hier
test-domain-internal-relay = { $domain } is hier geaccepteerd als interne relay: ontvangers zonder postvak hier gaan door naar een andere server
test-domain-unknown = { $domain } is geen geaccepteerd domein van deze server: mail ervoor wordt als relay geweigerd
test-connector-enabled = de connector “{ $connector }” is in gebruik
test-connector-disabled = de connector “{ $connector }” is niet in gebruik
test-connector-any-domain = de connector neemt elk domein via de MX-records: zonder ontvanger is er geen server om te testen
test-connector-missing = { $domain } is een interne relay, en geen connector brengt de ontvangers verder
test-connector-found = ontvangers die niet hier zijn, gaan door via de connector “{ $connector }”
test-connector-not-needed = { $domain } is gezaghebbend: er is geen connector nodig
test-record = { $record }
test-spf-none = { $domain } heeft geen SPF-record
test-spf-many = { $domain } heeft { $count } SPF-records: ontvangers gebruiken er dan geen
test-spf-covers = het SPF-record van { $domain } dekt de adressen waarvandaan deze server verstuurt: { $addresses }
test-spf-misses = het SPF-record van { $domain } dekt { $address } niet, waarvandaan deze server verstuurt: ontvangers vinden “{ $result }”
test-spf-unknown = of het SPF-record van { $domain } { $address } dekt is nu niet te zeggen: voor een naam erin kwam geen antwoord
test-spf-broken = het SPF-record van { $domain } kan niet worden uitgewerkt: er zit een fout in, of het heeft meer dan 10 opzoekingen nodig
test-spf-private = deze server verstuurt vanaf { $address }, dat het SPF-record van { $domain } niet dekt: een privéadres, in plaats waarvan anderen een ander zien
test-dkim-own = de sleutel waarmee deze server ondertekent is gepubliceerd bij { $name }
test-dkim-own-missing = deze server ondertekent met een sleutel waarvan het record bij { $name } ontbreekt: de handtekeningen tellen niet
test-dkim-own-different = deze server ondertekent met een sleutel, en bij { $name } staat een andere: de handtekeningen zijn ongeldig
test-dkim-none = bij de gebruikelijke selectors is geen DKIM-sleutel van { $domain } gevonden
test-dkim-found = DKIM-sleutels zijn gepubliceerd bij de selectors { $selectors }
test-dmarc-none = { $domain } heeft geen DMARC-record
test-dmarc-many = { $domain } heeft { $count } DMARC-records: ontvangers gebruiken er dan geen

advice-accept-domain = Voeg het domein hier toe (causeway domain add { $domain }), als de mail ervan naar deze server moet komen.
advice-no-mx = Publiceer bij de DNS-aanbieder een MX-record voor { $domain } dat { $host } noemt.
advice-mx-mixed = Verwijder bij de DNS-aanbieder de MX-records die niet hierheen leiden, tenzij een andere server deze mail ook moet aannemen; deze server is { $host }.
advice-mx-here = Laat bij de DNS-aanbieder het MX-record van { $domain } naar { $host } wijzen, als mail eerst hier moet komen.
advice-null-mx = Vervang bij de DNS-aanbieder de null MX van { $domain } door een MX-record dat { $host } noemt.
advice-mx-unusable = Laat bij de DNS-aanbieder elk MX-record een host noemen die een adres heeft ({ $domain }).
advice-recipient-refused = Elk domein heeft een postmaster nodig (RFC 5321): maak een postvak of alias postmaster@{ $domain }. Spreekt het antwoord van relay, dan accepteert de server die antwoordde het domein niet.
advice-connector-disabled = Neem de connector in gebruik: causeway connector enable "{ $connector }"
advice-connector-missing = Maak een uitgaande connector waarvan de ontvangerdomeinen { $domain } bevatten, of maak het domein gezaghebbend als alle postvakken hier zijn.
advice-masked = Een firewall of mailfilter op de weg verandert SMTP. Laat de SMTP-inspectie ervan (“fixup”, “mailguard”, “ESMTP inspection”) uitschakelen voor mail tussen de twee servers.
advice-starttls = Laat TLS op die server instellen (een certificaat, STARTTLS aangekondigd).
advice-starttls-connector = Laat TLS op die server instellen (een certificaat, STARTTLS aangekondigd), of verlaag het TLS-niveau van de connector als mail onbeveiligd mag gaan.
advice-certificate-soon = Het certificaat eindigt over { $span }: laat het voor die tijd vernieuwen.
advice-ocsp = Mail komt er toch door. De beheerder van die server moet hem een nieuwe verklaring bij de uitgever laten halen (OCSP-stapling), of er geen laten meesturen.
advice-tlsa-unusable = Wie het domein beheert moet TLSA-records met usage 2 of 3 en een controlesom van de juiste lengte publiceren (3 1 1 is gebruikelijk).
advice-tlsa-unasked = Laat deze server voor DANE een controlerende resolver op deze machine vragen, of vertrouw een andere met trust_ad = true in [dns] van causeway.toml.
advice-sts-unusable = Wie { $domain } beheert moet https://mta-sts.{ $domain }/.well-known/mta-sts.txt herstellen. Tot dan gaat mail zonder het beleid, tenzij hier een ouder bekend is.
advice-relay-open = Het adres van deze machine hoort misschien bij de netwerken waarvoor die server verzendt: dan is het zo goed. Test vanaf een adres daarbuiten. Neemt hij het daar ook aan, dan kan iedereen via deze server verzenden: laat hem onmiddellijk sluiten. Hij hoort mail alleen aan te nemen voor zijn eigen domeinen, en van clients die inloggen of uit zijn eigen netwerken komen.
advice-relay-open-here = Die server staat op deze machine, waarvan de eigen adressen meestal bij de netwerken horen die mogen verzenden: over vreemden zegt dit niets. Test vanaf een machine daarbuiten.
advice-name-unknown = Controleer hoe de naam geschreven is. Klopt hij, dan moet de beheerder van het domein er een adres of MX-record voor publiceren, of het domein verlengen als het verlopen is.
advice-not-delegated = Zoek het domein op bij de registrar: verleng het als het verlopen is, en controleer welke naamservers daar staan.
advice-delegation-unknown = De servers boven dit domein antwoorden van hieruit niet. Controleer of een firewall DNS-vragen naar buiten laat (poort 53, UDP en TCP), en probeer het later opnieuw.
advice-name-server = Laat de beheerder van { $server } die herstellen, of haal de server bij de registrar uit de delegatie.
advice-resolver = De resolver { $server } wordt door deze server zelf gevraagd: herstel hem, of noem andere in [dns] servers in causeway.toml.
advice-secondary-old = Een naamserver heeft nog een oudere versie van de zone. Laat de beheerder de zoneoverdracht controleren; tot dan kan elk tweede antwoord het oude zijn.
advice-cached-wait = Er hoeft niets te gebeuren: het oude antwoord eindigt vanzelf. Wacht zo lang voor u de wijziging beoordeelt.
advice-spf-none = Publiceer bij { $domain } een TXT-record dat de servers noemt die ervoor versturen, zoals “{ $record }”.
advice-spf-misses = Voeg { $term } toe aan het TXT-record bij { $domain }: “{ $record }”.
advice-spf-broken = Verbeter het TXT-record: include, a, mx, ptr, exists en redirect mogen samen tien keer voorkomen, die binnen includes meegeteld.
advice-spf-private = Zoek uit welk adres anderen zien (meestal dat van de router) en zorg dat het SPF-record van { $domain } het dekt.
advice-dkim-own = Publiceer bij { $name } het TXT-record “{ $value }”.
advice-spf-everybody = Het record laat iedereen verzenden als { $domain }. Laat het eindigen met “-all” of “~all”.
advice-spf-many = Voeg de SPF-records van { $domain } samen tot één.
advice-dkim-none = Als { $domain } zijn mail ondertekent, noem dan de selector: causeway domain troubleshoot { $domain } --dkim-selector NAME. Zo niet, dan weigeren grote ontvangers de mail mogelijk.
advice-dmarc-none = Publiceer bij _dmarc.{ $domain } een TXT-record, om te beginnen “v=DMARC1; p=none; rua=mailto:postmaster@{ $domain }”.
advice-dmarc-many = Laat bij _dmarc.{ $domain } één DMARC-record staan.

# Hints of `connector validate`.
test-refused = De host antwoordde meteen dat hij op deze poort geen verbinding aanneemt (TCP-reset). Een gestopte maildienst, een verkeerde poort en een firewall die zo antwoordt zien er van hieruit hetzelfde uit: controleer op die host of de maildienst draait en op deze poort luistert, en dan of een firewall onze adressen doorlaat (`causeway connector firewall`).
test-possible-cause = Mogelijke oorzaak: { $cause } { $action }
