# What `causeway check` and the warnings of a plan find: what is wrong, and (.do) what instead. Clauses without a full stop.
check-error = { $place }: fout: { $what }; { $instead }
check-warning = { $place }: waarschuwing: { $what }; { $instead }
check-unread-postmaster = niemand leest mail aan { $postmaster }; die blijft in de mailbox { $mailbox }
    .do = voer causeway mailbox add { $mailbox } uit, of stel [organization].postmaster in
check-no-mailbox = er is geen mailbox { $address }
    .do = voer causeway mailbox add { $address } uit, of noem een adres dat bestaat
check-domain-covered = { $domain } wordt al geaccepteerd, als subdomein van { $above }
    .do = verwijder de regel, tenzij die een eigen type moet krijgen
check-relay-domain-alone = { $domain } is een intern relaydomein, en geen ingeschakelde connector neemt het: mail aan ontvangers die niet hier zijn mislukt
    .do = voeg een uitgaande connector met recipient_domains = ["{ $domain }"] toe, of maak het domein authoritative als al zijn mailboxen hier zijn
check-relay-domain-mx = mail voor { $domain } gaat via de connector "{ $connector }" naar de MX-hosts van het domein; is dat deze server, dan kan ze niet worden bezorgd (een lus)
    .do = geef de connector smart_hosts: de servers die de mailboxen hebben
check-subdomains-alone = subdomeinen van { $domain } worden geaccepteerd, en geen ingeschakelde connector neemt ze
    .do = voeg "*.{ $domain }" toe aan recipient_domains van de connector
check-internet-disabled = de connector "{ $name }" is uitgeschakeld: mail voor het internet gaat rechtstreeks
    .do = schakel de connector in, of schrijf internet = "direct"
check-internet-taken = de connector "{ $other }" neemt "*", dus blijft er niets over voor de connector "{ $name }"
    .do = haal "*" uit die connector, of schrijf internet = "direct"
check-tie = de connectoren "{ $first }" en "{ $second }" nemen allebei "{ $pattern }"
    .do = haal het domein uit een van de twee, of schakel er een uit
check-takes-nothing = de connector "{ $name }" heeft geen recipient_domains: hij neemt geen mail
    .do = schrijf recipient_domains, of noem hem in [routing].internet
check-all-here = { $pattern } is authoritative, dus zijn alle ontvangers hier en krijgt de connector "{ $name }" er geen van
    .do = maak het domein internal_relay als sommige mailboxen elders zijn, of verwijder het hier
check-outbound-unreachable = de connector "{ $name }" wordt nooit gebruikt: al zijn domeinen worden hier bezorgd
    .do = verwijder hem, of schakel hem uit
check-smart-host-here = de smarthost { $host } van de connector "{ $name }" is deze server: mail zou in een kring gaan
    .do = schrijf de server die de mail moet krijgen
check-login-in-clear = de connector "{ $name }" meldt zich aan, en een wachtwoord wordt alleen naar een server met een geldig certificaat gestuurd: mail wacht zolang de andere kant er geen heeft
    .do = schrijf tls = "certificate_validation" of "domain_validation"
check-same-certificate = de connectoren "{ $first }" en "{ $second }" zijn voor hetzelfde certificaat; de eerste waarvan sender_domains passen wordt gebruikt
    .do = geef elke tegenpartij één connector
check-inbound-unreachable = de connector "{ $name }" wordt nooit gebruikt: "{ $first }" herkent dezelfde servers eerder en neemt al zijn afzenders
    .do = verwijder hem, of schrijf hem vóór de andere
check-all-restricted = de connector "{ $name }" heeft alle afzenders voor zich: mail van elke andere server wordt geweigerd
    .do = laat dit zo als alle mail via die server komt; schrijf anders zijn eigen sender_domains
check-peer-strangers = de connector "{ $name }" laat de andere kant doorsturen, en { $network } bevat adressen van vreemden: iedereen zou via deze server kunnen sturen (een open relay)
    .do = schrijf alleen de adressen van uw eigen mailservers
check-wildcard-elsewhere = de connector "{ $name }" laat de andere kant doorsturen en houdt daarvoor elke server met een certificaat voor een naam onder { $domain }, dat geen geaccepteerd domein is
    .do = schrijf de volledige naam in het certificaat, tenzij alle namen onder { $domain } van u zijn
check-peer-addresses = schrijf alleen de adressen van de mailservers van de andere kant
check-admin-in-clear = de beheerluisteraar "{ $name }" is vanaf andere machines bereikbaar, en tokens zouden leesbaar over het netwerk gaan
    .do = verwijder tls = false, of schrijf een loopbackadres zoals 127.0.0.1:8025
check-listeners-collide = { $address } van de luisteraar "{ $name }" is deel van { $whole } van "{ $owner }": er kan er maar één worden geopend
    .do = verwijder een van de twee, of geef hem een andere poort
check-no-smtp = er worden domeinen geaccepteerd, maar geen luisteraar spreekt smtp: er komt geen mail binnen
    .do = voeg een [[listener]] met protocol = "smtp" toe
check-no-pop = POP-before-SMTP is ingeschakeld, maar geen luisteraar spreekt pop3
    .do = voeg een [[listener]] met protocol = "pop3" toe, laat uw eigen POP3-server zijn aanmeldingen melden (causeway relay logins report), of schakel [relay].pop_before_smtp uit
check-short-name = de hostnaam heeft geen domein: andere servers weigeren mail van zo'n naam
    .do = schrijf de volledige naam, zoals mx.contoso.example
check-no-certificate = er is geen certificaat: een zelfondertekend wordt gebruikt, waarvoor mailprogramma's waarschuwen en dat controlerende servers weigeren
    .do = schrijf [tls] met certificate en key
check-far-resolver = de resolver { $server } wordt op handtekeningen geloofd, en staat niet op deze machine
    .do = draai hier een controlerende resolver, tenzij niemand bij het netwerk ertussen kan
check-sts-port = MTA-STS-beleid wordt van poort { $port } gehaald, waar er geen is
    .do = verwijder mta_sts_port, tenzij dit een testlab is
check-mx-port = MX-hosts worden op poort { $port } geprobeerd, niet op 25, waar andere servers luisteren
    .do = verwijder mx_port, tenzij dit een testlab is
check-too-wide = { $network } bevat zoveel adressen dat er vreemden bij zijn: iedereen zou via deze server kunnen sturen (een open relay)
    .do = schrijf alleen de netwerken van uw eigen machines
check-wider-than-private = { $network } bevat het privébereik { $range } tussen openbare adressen: het is te ruim geschreven
check-container-gateway = { $network } bevat 172.17.0.1, de gateway van containernetwerken: in een container kan elke client van buiten daarvandaan lijken te komen
check-private-range = { $network } is een privébereik: elke machine daarin mag overal heen sturen, en achter een containerhost of NAT-gateway ook iedereen van buiten
    .do = schrijf het smallere netwerk dat echt bedoeld is, als dat er is
check-provider-range = { $network } wordt gedeeld door de klanten van een provider: elke machine daarin mag overal heen sturen, en achter een NAT-gateway ook iedereen van buiten
check-link-local-range = { $network } is het link-local-bereik: elke machine daarin mag overal heen sturen
check-too-many = samen bevatten de netwerken een kwart van alle IPv4-adressen: iedereen zou via deze server kunnen sturen (een open relay)
check-right-twice = { $network } heeft verder naar boven al een regel: de eerste telt
    .do = houd een van de twee
check-end-without-effect = { $network } houdt het recht om door te sturen na { $until }, want { $wider } heeft het zonder einde
    .do = verwijder een van de twee
check-right-covered = { $network } is deel van { $wider }, dat al mag doorsturen: de regel verandert niets
    .do = verwijder een van de twee
check-right-ended = { $network } mocht tot { $until } doorsturen, en mag dat niet meer
    .do = verwijder de regel, of schrijf een latere until
check-certificate = het certificaat is niet bruikbaar: { $error }
    .do = noem PEM-bestanden met één certificaat en de sleutel ervan
check-trust-root = de uitgevers zijn niet bruikbaar: { $error }
    .do = noem PEM-bestanden met certificaten
check-no-cluster = deze versie heeft geen opslag voor een cluster
    .do = schrijf url = "sqlite"
check-password-file = { $file } is niet leesbaar: { $error }
    .do = noem een bestand dat de gebruiker van de server kan lezen, met het wachtwoord op de eerste regel
check-open-relay = dit zou een open relay zijn: { $failure }
    .do = geef alleen uw eigen netwerken en servers rechten
