# Vad en ändring av e-postflödet ändrar och gör: plan, apply, history.

# Saker.
subject-organization = organisationen
subject-queue = kön
subject-identity = identiteten
subject-relay = relä
subject-pop = POP-before-SMTP
subject-dkim = DKIM
subject-alerts = larm
subject-domain = domänen { $name }
subject-connector = anslutning ”{ $name }”
subject-address = den tillåtna adressen { $name }

# Vad de har.
field-name = namn
field-postmaster = postmaster
field-languages = språk
field-alerts = mottagare av larm
field-public-url = adressen till dess sidor
field-expire = hur länge e-post försöks
field-delay-notice = när avsändare får veta om en försening
field-retry = tider mellan försöken
field-send-again = hur länge returnerad e-post kan skickas igen
field-send-again-space = hur mycket returnerad e-post som sparas för det
field-enforce = kontrollerade fält
field-protect = fält där främlingar inte får använda våra domäner
field-type = typ
field-peer = motpart
field-recipient-domains = mottagardomäner
field-smart-hosts = smarthostar
field-way = väg
field-tls = TLS
field-tls-domain = namn i certifikatet
field-login = inloggning
field-sources = adresser som den skickar från
field-connections = högsta antal anslutningar
field-pace = högsta antal meddelanden per minut
field-note = anteckning
field-sender-domains = avsändardomäner
field-peer-addresses = källadresser
field-peer-certificate = namn i motpartens certifikat
field-window = hur länge en inloggning räknas
field-style = avvisningarnas form
field-own-domains = vad som händer med våra domäner utifrån
field-signed = signerad post
field-until = slut
field-its-sender-domains = avsändardomäner
field-alert-failures = antal misslyckanden hos en anslutning innan det larmas
field-alert-messages = antal meddelanden som väntar på en annan väg innan det larmas
field-alert-after = hur länge en annan väg fallerar innan det larmas
field-mail-every = tid mellan två meddelanden
field-webhook = webhook
field-alerts-kept = hur länge de sparas
field-key = nyckeln { $key }

# Värden.
value-none = inga
value-all = alla
value-octets = { $count } oktetter
value-reports = rapporter
value-submission = e-post från inloggade användare
value-refused = avvisas
value-held = hålls kvar
value-until = { $name }, till { $until }
value-cut = { $some }, … ({ $count } totalt)
value-and-more = { $some } och { $count } till
value-and-more-rights = { $some }; och { $count } till
value-authoritative = auktoritativ
value-internal-relay = internt relä
value-no-domain = ingen egen domän
value-mx = domänernas MX-värdar
value-own-servers = organisationens egna servrar
value-partner-servers = en partners servrar
value-certificate = certifikat { $name }
value-login = ”{ $user }” med { $file }
value-directly = direkt
value-through = genom anslutning ”{ $name }”

# Vad som ändras.
change-value = { $subject }: { $name } ändras från { $old } till { $new }
change-gets = { $subject }: { $name } är nytt: { $new }
change-loses = { $subject }: { $name } tas bort: { $old }
change-further = { $subject }: { $name } ändras längre ned i listan
change-internet = e-post till internet går { $new } i stället för { $old }
change-domain-gone = domänen { $name } godkänns inte längre
change-domain-new = domänen { $name } blir godkänd ({ $kind })
change-domain-new-below = domänen { $name } blir godkänd ({ $kind }, med sina underdomäner)
change-below = { $subject } omfattar även sina underdomäner
change-not-below = { $subject } omfattar inte längre sina underdomäner
change-connector-gone = anslutning ”{ $name }” tas bort
change-direction = anslutning ”{ $name }” byter riktning: { $added }
change-outbound-new = anslutning ”{ $name }” läggs till: e-post till { $domains } går genom { $hosts }, TLS { $tls }
change-outbound-new-disabled = anslutning ”{ $name }” läggs till (avstängd): e-post till { $domains } går genom { $hosts }, TLS { $tls }
change-inbound-new = anslutning ”{ $name }” läggs till: e-post från { $peer } känns igen på { $marks }
change-inbound-new-disabled = anslutning ”{ $name }” läggs till (avstängd): e-post från { $peer } känns igen på { $marks }
change-enabled = { $subject } slås på
change-disabled = { $subject } stängs av
change-tls = { $subject } kräver TLS
change-no-tls = { $subject } kräver inte längre TLS
change-restricts = { $subject } har sina avsändardomäner för sig själv: e-post från dem avvisas från alla andra
change-no-longer-restricts = { $subject } har inte längre sina avsändardomäner för sig själv
change-network-gone = nätet { $name } får inte längre skicka genom denna server
change-network-new = nätet { $name } får skicka genom denna server
change-address-gone = adressen { $name } får inte längre skicka genom denna server
change-address-new = adressen { $name } får skicka genom denna server
change-nothing = bara kommentarer eller uppställning skiljer

# Vägar för väntande e-post.
way-local = till brevlådan här
way-connector = genom anslutning ”{ $name }” till { $hosts }
way-mx = till sina domäners MX-värdar
way-unknown = ingenstans (ingen sådan brevlåda)
way-nowhere = ingenstans ({ $why })
way-loop = anslutning ”{ $name }” skulle skicka tillbaka den dit den kom ifrån
way-no-connector = ingen påslagen anslutning tar den
demand-tls = TLS { $tls }
demand-tls-domain = TLS { $tls } för { $name }
demand-login = inloggning ”{ $user }” med lösenordet i { $file }
demand-sources = från { $addresses }

# Vad det gör.
effect-unknown = väntande mottagare finns inte längre; deras e-post går tillbaka till avsändarna (550 5.1.1)
effect-returned = väntande mottagare har ingen väg ut; deras e-post går genast tillbaka till avsändarna (554 5.4.14): { $why }
effect-waits-for-a-way = väntande mottagare har ingen väg ut: de väntar (450 4.4.1), och deras e-post går tillbaka till avsändarna om inget ändras innan deras tid i kön är slut: { $why }
effect-differently = väntande mottagare går genom anslutning ”{ $name }” med { $new } i stället för { $old }
effect-rerouted = väntande mottagare går { $new } i stället för { $old }
effect-others = väntande mottagare på andra vägar än dem ovan
effect-for-example = { $detail }; till exempel { $examples }
effect-all = { $detail }; { $examples }
effect-unreachable = brevlådor får ingen e-post utifrån längre, eftersom deras domän inte längre godkänns: { $who }
effect-would-be-refused = väntande mottagare skulle avvisas om de kom in nu ({ $code }); de stannar i kön och skickas
effect-restricted = e-post från dessa avsändare avvisas från alla utom anslutningens motpart (550 5.7.51): { $who }
effect-restricted-peers = e-post från dessa avsändare avvisas från servrar som hittills var kända för dem (550 5.7.51): { $who }
effect-unrestricted = e-post från dessa avsändare tas från och med nu emot från alla: { $who }
effect-tls-demanded = e-post utan TLS avvisas från och med nu (530 5.7.0): { $who }
effect-internet-direct = e-post till internet går från och med nu direkt: anslutningen ”{ $name }”, som [routing].internet nämner, är avstängd
effect-domains-lost = e-post utifrån avvisas från och med nu för { $who }
effect-stricter = från och med nu finns bara brevlådorna här, varje annan mottagare avvisas (550 5.1.1), för { $who }
effect-looser = mottagare som inte finns här tas från och med nu emot och skickas vidare i stället för att avvisas (550 5.1.1), för { $who }
effect-no-way = e-post till mottagare som inte finns här misslyckas från och med nu, eftersom ingen aktiverad anslutning tar den: { $who }
effect-loop = e-post till mottagare som inte finns här misslyckas från och med nu, eftersom den enda anslutning som tar den leder tillbaka dit den kom ifrån: { $who }
effect-way-back = e-post som dessa servrar skickar till { $domains } går inte längre genom { $connectors }, eftersom det räknas som vägen tillbaka till dem: för en främmande domän tar den nästa väg, för en intern relädomän går den i retur (554 5.4.14): { $who }
effect-no-way-back = e-post som dessa servrar skickar till { $domains } går från och med nu genom { $connectors }, eftersom det inte längre räknas som vägen tillbaka till dem: { $who }
effect-mx-loop = e-post till mottagare som inte finns här går från och med nu till domänens MX-värdar, och i en cirkel om det är den här servern: { $who }
effect-own-senders-only = inloggade användare får från och med nu bara använda sina egna adresser i { $fields }
effect-any-sender = inloggade användare får från och med nu använda vilken adress som helst i { $fields }
effect-own-domains-refused = främlingar får inte längre använda våra domäner i { $fields }
effect-own-domains-taken = främlingar får från och med nu använda våra domäner i { $fields }
effect-peer-senders-only = servrarna bakom dessa anslutningar får från och med nu bara sända som deras avsändardomäner (550 5.7.60): { $who }
effect-peer-senders-taken = servrarna bakom dessa anslutningar får från och med nu sända som fler domäner: { $who }
right-connector-fields = "{ $connector }" i { $fields } ({ $domains })
effect-relay-gained = får från och med nu skicka till alla domäner: { $who }
effect-relay-lost = får inte längre skicka till domäner som inte är våra: { $who }
right-network = klienter i { $name }
right-address = { $name }
right-pop = den som har läst e-post med POP3 de senaste { $window }
right-as = { $right }, som { $senders }
right-any-sender = { $right }, som vilken avsändare som helst
right-until = { $right }, till { $until }
right-after = { $right }, efter { $until }
right-by-certificate = med certifikatet { $name }
right-by-address = i { $name }
right-servers = servrar { $mark }
right-servers-tls = servrar { $mark }, med TLS
right-servers-clear = servrar { $mark }, utan TLS
right-servers-as = servrar { $mark }, som { $senders }
right-servers-as-tls = servrar { $mark }, som { $senders }, med TLS
right-servers-as-clear = servrar { $mark }, som { $senders }, utan TLS

# Varför inte.
refused-problems = { $problem } (och { $count } till)
refused-relay = detta vore ett öppet relä: { $answer }
refused-stranded = { $count ->
    [one] 1 väntande mottagare hör till en domän som inte längre skulle godkännas ({ $domains }); leverera, omdirigera eller returnera den först (causeway queue list --domain { $first })
   *[other] { $count } väntande mottagare hör till domäner som inte längre skulle godkännas ({ $domains }); leverera, omdirigera eller returnera dem först (causeway queue list --domain { $first })
}

# The file beside the change.
flow-emptied = detta lämnar inget e-postflöde alls: ingen domän skulle längre godkännas (revision { $number } är inte tom)
flow-replaces-edits = mailflow.toml har redigerats sedan revision { $number }, och detta skulle ersätta ändringarna, som inte finns i någon revision: tillämpa dem först (causeway apply), eller insistera med --force; då bevaras de i en fil bredvid
