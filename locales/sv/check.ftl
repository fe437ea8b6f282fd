# What `causeway check` and the warnings of a plan find: what is wrong, and (.do) what instead. Clauses without a full stop.
check-error = { $place }: fel: { $what }; { $instead }
check-warning = { $place }: varning: { $what }; { $instead }
check-unread-postmaster = ingen läser e-post till { $postmaster }; den stannar i brevlådan { $mailbox }
    .do = kör causeway mailbox add { $mailbox }, eller ange [organization].postmaster
check-no-mailbox = det finns ingen brevlåda { $address }
    .do = kör causeway mailbox add { $address }, eller ange en adress som finns
check-domain-covered = { $domain } godkänns redan, som underdomän till { $above }
    .do = ta bort posten, om den inte ska få en egen typ
check-relay-domain-alone = { $domain } är en intern relädomän, och ingen aktiverad anslutning tar den: e-post till mottagare som inte finns här misslyckas
    .do = lägg till en utgående anslutning med recipient_domains = ["{ $domain }"], eller gör domänen authoritative om alla dess brevlådor finns här
check-relay-domain-mx = e-post till { $domain } går genom anslutningen "{ $connector }" till domänens MX-värdar; är det den här servern kan den inte levereras (en slinga)
    .do = ge anslutningen smart_hosts: servrarna som har brevlådorna
check-subdomains-alone = underdomäner till { $domain } godkänns, och ingen aktiverad anslutning tar dem
    .do = lägg till "*.{ $domain }" i anslutningens recipient_domains
check-internet-disabled = anslutningen "{ $name }" är avstängd: e-post till internet går direkt
    .do = aktivera anslutningen, eller skriv internet = "direct"
check-internet-taken = anslutningen "{ $other }" tar "*", så inget blir kvar till anslutningen "{ $name }"
    .do = ta bort "*" från den anslutningen, eller skriv internet = "direct"
check-tie = anslutningarna "{ $first }" och "{ $second }" tar båda "{ $pattern }"
    .do = ta bort domänen från en av dem, eller stäng av en
check-takes-nothing = anslutningen "{ $name }" har inga recipient_domains: den tar ingen e-post
    .do = skriv recipient_domains, eller ange den i [routing].internet
check-all-here = { $pattern } är authoritative, så alla mottagare finns här och anslutningen "{ $name }" får ingen av dem
    .do = gör domänen internal_relay om några brevlådor finns på annat håll, eller ta bort den här
check-outbound-unreachable = anslutningen "{ $name }" används aldrig: alla dess domäner levereras här
    .do = ta bort den, eller stäng av den
check-smart-host-here = smart-värden { $host } för anslutningen "{ $name }" är den här servern: e-post skulle gå runt i en cirkel
    .do = skriv servern som ska få e-posten
check-login-in-clear = anslutningen "{ $name }" loggar in, och ett lösenord skickas bara till en server med giltigt certifikat: e-post väntar så länge motparten inte har något
    .do = skriv tls = "certificate_validation" eller "domain_validation"
check-same-certificate = anslutningarna "{ $first }" och "{ $second }" gäller samma certifikat; den första vars sender_domains passar används
    .do = ge varje motpart en anslutning
check-inbound-unreachable = anslutningen "{ $name }" används aldrig: "{ $first }" känner igen samma servrar före den och tar alla dess avsändare
    .do = ta bort den, eller skriv den före den andra
check-all-restricted = anslutningen "{ $name }" har alla avsändare för sig själv: e-post från varje annan server avvisas
    .do = behåll det om all e-post kommer genom den servern; skriv annars dess egna sender_domains
check-peer-strangers = anslutningen "{ $name }" låter motparten vidarebefordra, och { $network } innehåller främlingars adresser: vem som helst skulle kunna skicka genom den här servern (ett öppet relä)
    .do = skriv bara adresserna till dina egna e-postservrar
check-wildcard-elsewhere = anslutningen "{ $name }" låter motparten vidarebefordra, och tar varje server med ett certifikat för ett namn under { $domain }, som inte är någon accepterad domän, för motparten
    .do = skriv hela namnet i certifikatet, om inte alla namn under { $domain } är era
check-peer-addresses = skriv bara adresserna till motpartens e-postservrar
check-admin-in-clear = adminlyssnaren "{ $name }" kan nås från andra maskiner, och token skulle gå i klartext över nätet
    .do = ta bort tls = false, eller skriv en loopback-adress som 127.0.0.1:8025
check-listeners-collide = { $address } för lyssnaren "{ $name }" är en del av { $whole } för "{ $owner }": bara en kan öppnas
    .do = ta bort en av dem, eller ge den en annan port
check-no-smtp = domäner godkänns, men ingen lyssnare talar smtp: ingen e-post kommer fram
    .do = lägg till en [[listener]] med protocol = "smtp"
check-no-pop = POP-before-SMTP är aktiverat, men ingen lyssnare talar pop3
    .do = lägg till en [[listener]] med protocol = "pop3", låt din egen POP3-server rapportera sina inloggningar (causeway relay logins report), eller stäng av [relay].pop_before_smtp
check-short-name = värdnamnet har ingen domän: andra servrar avvisar e-post från ett sådant namn
    .do = skriv hela namnet, som mx.contoso.example
check-no-certificate = det finns inget certifikat: ett självsignerat används, som e-postprogram varnar för och servrar som kontrollerar avvisar
    .do = skriv [tls] med certificate och key
check-far-resolver = resolvern { $server } blir trodd om signaturer, och finns inte på den här maskinen
    .do = kör en kontrollerande resolver här, såvida inte nätet däremellan är oåtkomligt för andra
check-sts-port = MTA-STS-policyer hämtas från port { $port }, där ingen finns
    .do = ta bort mta_sts_port, om detta inte är ett testlabb
check-mx-port = MX-värdar provas på port { $port }, inte på 25, där andra servrar lyssnar
    .do = ta bort mx_port, om detta inte är ett testlabb
check-too-wide = { $network } innehåller så många adresser att främlingar finns bland dem: vem som helst skulle kunna skicka genom den här servern (ett öppet relä)
    .do = skriv bara näten för dina egna maskiner
check-wider-than-private = { $network } innehåller det privata området { $range } bland offentliga adresser: det är för brett skrivet
check-container-gateway = { $network } innehåller 172.17.0.1, gatewayen för containernät: i en container kan varje klient utifrån tyckas komma därifrån
check-private-range = { $network } är ett privat område: varje maskin i det får skicka överallt, och bakom en containervärd eller NAT-gateway även alla utifrån
    .do = skriv det smalare nätet som verkligen menas, om det finns
check-provider-range = { $network } delas av en leverantörs kunder: varje maskin i det får skicka överallt, och bakom en NAT-gateway även alla utifrån
check-link-local-range = { $network } är det länklokala området: varje maskin i det får skicka överallt
check-too-many = tillsammans innehåller näten en fjärdedel av alla IPv4-adresser: vem som helst skulle kunna skicka genom den här servern (ett öppet relä)
check-right-twice = { $network } har redan en post längre upp: den första gäller
    .do = behåll en av de två
check-end-without-effect = { $network } behåller rätten att vidarebefordra efter { $until }, eftersom { $wider } har den utan slut
    .do = ta bort en av de två
check-right-covered = { $network } är en del av { $wider }, som redan får vidarebefordra: posten ändrar inget
    .do = ta bort en av de två
check-right-ended = { $network } fick vidarebefordra till { $until }, och får det inte längre
    .do = ta bort posten, eller skriv ett senare until
check-certificate = certifikatet går inte att använda: { $error }
    .do = ange PEM-filer med ett certifikat och dess nyckel
check-trust-root = utfärdarna går inte att använda: { $error }
    .do = ange PEM-filer med certifikat
check-no-cluster = den här versionen har inget lager för ett kluster
    .do = skriv url = "sqlite"
check-password-file = { $file } går inte att läsa: { $error }
    .do = ange en fil som serverns användare kan läsa, med lösenordet på första raden
check-open-relay = detta skulle vara ett öppet relä: { $failure }
    .do = ge bara dina egna nät och servrar rättigheter
