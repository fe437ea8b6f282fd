# Wat een wijziging van de mailstroom verandert en doet: plan, apply, history.

# Dingen.
subject-organization = de organisatie
subject-queue = de wachtrij
subject-identity = de identiteit
subject-relay = relay
subject-pop = POP-before-SMTP
subject-dkim = DKIM
subject-alerts = waarschuwingen
subject-domain = het domein { $name }
subject-connector = connector “{ $name }”
subject-address = het toegestane adres { $name }

# Wat ze hebben.
field-name = naam
field-postmaster = postmaster
field-languages = talen
field-alerts = ontvangers van waarschuwingen
field-public-url = adres van haar pagina’s
field-expire = hoelang mail geprobeerd wordt
field-delay-notice = wanneer afzenders van vertraging horen
field-retry = tijden tussen pogingen
field-send-again = hoelang teruggestuurde mail opnieuw verzonden kan worden
field-send-again-space = hoeveel teruggestuurde mail daarvoor bewaard wordt
field-enforce = gecontroleerde velden
field-protect = velden waarin vreemden onze domeinen niet mogen gebruiken
field-type = type
field-peer = andere kant
field-recipient-domains = ontvangersdomeinen
field-smart-hosts = smarthosts
field-way = weg
field-tls = TLS
field-tls-domain = naam in het certificaat
field-login = aanmelding
field-sources = adressen waarvandaan hij verstuurt
field-connections = maximum aan verbindingen
field-pace = maximum aan berichten per minuut
field-note = notitie
field-sender-domains = afzendersdomeinen
field-peer-addresses = bronadressen
field-peer-certificate = naam in het certificaat van de andere kant
field-window = hoelang een aanmelding telt
field-style = vorm van weigeringen
field-own-domains = wat er met onze domeinen van buiten gebeurt
field-signed = ondertekende mail
field-until = einde
field-its-sender-domains = afzendersdomeinen
field-alert-failures = aantal mislukkingen van een connector voordat er een komt
field-alert-messages = aantal berichten dat op een andere weg wacht voordat er een komt
field-alert-after = hoelang een andere weg faalt voordat er een komt
field-mail-every = tijd tussen twee berichten
field-webhook = webhook
field-alerts-kept = bewaartijd
field-key = de sleutel { $key }

# Waarden.
value-none = geen
value-all = alle
value-octets = { $count } octetten
value-reports = rapporten
value-submission = mail van aangemelde gebruikers
value-refused = geweigerd
value-held = vastgehouden
value-until = { $name }, tot { $until }
value-cut = { $some }, … ({ $count } in totaal)
value-and-more = { $some } en nog { $count }
value-and-more-rights = { $some }; en nog { $count }
value-authoritative = gezaghebbend
value-internal-relay = interne relay
value-no-domain = geen eigen domein
value-mx = de MX-hosts van de domeinen
value-own-servers = de eigen servers van de organisatie
value-partner-servers = de servers van een partner
value-certificate = certificaat { $name }
value-login = “{ $user }” met { $file }
value-directly = rechtstreeks
value-through = via connector “{ $name }”

# Wat er verandert.
change-value = { $subject }: { $name } gaat van { $old } naar { $new }
change-gets = { $subject }: { $name } is nieuw: { $new }
change-loses = { $subject }: { $name } vervalt: { $old }
change-further = { $subject }: { $name } verandert verderop in de lijst
change-internet = mail voor internet vertrekt { $new } in plaats van { $old }
change-domain-gone = het domein { $name } wordt niet meer geaccepteerd
change-domain-new = het domein { $name } wordt geaccepteerd ({ $kind })
change-domain-new-below = het domein { $name } wordt geaccepteerd ({ $kind }, met zijn subdomeinen)
change-below = { $subject } omvat ook zijn subdomeinen
change-not-below = { $subject } omvat zijn subdomeinen niet meer
change-connector-gone = connector “{ $name }” wordt verwijderd
change-direction = connector “{ $name }” verandert van richting: { $added }
change-outbound-new = connector “{ $name }” komt erbij: mail voor { $domains } vertrekt via { $hosts }, TLS { $tls }
change-outbound-new-disabled = connector “{ $name }” komt erbij (uitgeschakeld): mail voor { $domains } vertrekt via { $hosts }, TLS { $tls }
change-inbound-new = connector “{ $name }” komt erbij: mail van { $peer } wordt herkend aan { $marks }
change-inbound-new-disabled = connector “{ $name }” komt erbij (uitgeschakeld): mail van { $peer } wordt herkend aan { $marks }
change-enabled = { $subject } wordt ingeschakeld
change-disabled = { $subject } wordt uitgeschakeld
change-tls = { $subject } eist TLS
change-no-tls = { $subject } eist geen TLS meer
change-restricts = { $subject } heeft zijn afzendersdomeinen voor zich alleen: van alle anderen wordt mail daaruit geweigerd
change-no-longer-restricts = { $subject } heeft zijn afzendersdomeinen niet meer voor zich alleen
change-network-gone = het netwerk { $name } mag niet meer via deze server versturen
change-network-new = het netwerk { $name } mag via deze server versturen
change-address-gone = het adres { $name } mag niet meer via deze server versturen
change-address-new = het adres { $name } mag via deze server versturen
change-nothing = alleen opmerkingen of opmaak verschillen

# Wegen van wachtende mail.
way-local = naar het postvak hier
way-connector = via connector “{ $name }” naar { $hosts }
way-mx = naar de MX-hosts van hun domeinen
way-unknown = nergens heen (zo’n postvak is er niet)
way-nowhere = nergens heen ({ $why })
way-loop = connector “{ $name }” zou ze terugsturen naar waar ze vandaan kwam
way-no-connector = geen ingeschakelde connector neemt ze aan
demand-tls = TLS { $tls }
demand-tls-domain = TLS { $tls } voor { $name }
demand-login = aanmelding “{ $user }” met het wachtwoord uit { $file }
demand-sources = vanaf { $addresses }

# Wat het doet.
effect-unknown = wachtende ontvangers bestaan niet meer; hun mail gaat terug naar de afzenders (550 5.1.1)
effect-returned = wachtende ontvangers hebben geen weg meer; hun mail gaat meteen terug naar de afzenders (554 5.4.14): { $why }
effect-waits-for-a-way = wachtende ontvangers hebben geen weg meer: ze wachten (450 4.4.1), en hun mail gaat terug naar de afzenders als er niets verandert voordat hun tijd in de wachtrij om is: { $why }
effect-differently = wachtende ontvangers gaan via connector “{ $name }” met { $new } in plaats van { $old }
effect-rerouted = wachtende ontvangers gaan { $new } in plaats van { $old }
effect-others = wachtende ontvangers langs andere wegen dan die hierboven
effect-for-example = { $detail }; bijvoorbeeld { $examples }
effect-all = { $detail }; { $examples }
effect-unreachable = postvakken krijgen geen mail van buiten meer, omdat hun domein niet meer geaccepteerd wordt: { $who }
effect-would-be-refused = wachtende ontvangers zouden geweigerd worden als ze nu binnenkwamen ({ $code }); ze blijven in de wachtrij en worden verzonden
effect-restricted = mail van deze afzenders wordt van iedereen geweigerd behalve van de andere kant van de connector (550 5.7.51): { $who }
effect-restricted-peers = mail van deze afzenders wordt geweigerd van servers die er tot nu toe voor bekend waren (550 5.7.51): { $who }
effect-unrestricted = mail van deze afzenders wordt vanaf nu van iedereen aangenomen: { $who }
effect-tls-demanded = mail zonder TLS wordt vanaf nu geweigerd (530 5.7.0): { $who }
effect-internet-direct = mail voor het internet vertrekt vanaf nu rechtstreeks: de connector “{ $name }”, die [routing].internet noemt, is uitgeschakeld
effect-domains-lost = mail van buiten wordt vanaf nu geweigerd voor { $who }
effect-stricter = vanaf nu bestaan alleen de postvakken hier, elke andere ontvanger wordt geweigerd (550 5.1.1), voor { $who }
effect-looser = ontvangers die niet hier zijn worden vanaf nu aangenomen en doorgestuurd en niet meer geweigerd (550 5.1.1), voor { $who }
effect-no-way = mail aan ontvangers die niet hier zijn mislukt vanaf nu, omdat geen ingeschakelde connector ze neemt: { $who }
effect-loop = mail aan ontvangers die niet hier zijn mislukt vanaf nu, omdat de enige connector die ze neemt terugleidt naar waar ze vandaan kwam: { $who }
effect-way-back = mail die deze servers naar { $domains } sturen gaat niet meer via { $connectors }, omdat dat als de weg terug naar hen geldt: voor een vreemd domein neemt ze de volgende weg, voor een intern relaydomein gaat ze terug (554 5.4.14): { $who }
effect-no-way-back = mail die deze servers naar { $domains } sturen gaat vanaf nu via { $connectors }, omdat dat niet meer als de weg terug naar hen geldt: { $who }
effect-mx-loop = mail aan ontvangers die niet hier zijn gaat vanaf nu naar de MX-hosts van het domein, en in een kring als dat deze server is: { $who }
effect-own-senders-only = aangemelde gebruikers mogen vanaf nu alleen hun eigen adressen gebruiken in { $fields }
effect-any-sender = aangemelde gebruikers mogen vanaf nu elk adres gebruiken in { $fields }
effect-own-domains-refused = vreemden mogen onze domeinen niet meer gebruiken in { $fields }
effect-own-domains-taken = vreemden mogen onze domeinen vanaf nu gebruiken in { $fields }
effect-peer-senders-only = de servers achter deze connectors mogen vanaf nu alleen als hun afzenderdomeinen verzenden (550 5.7.60): { $who }
effect-peer-senders-taken = de servers achter deze connectors mogen vanaf nu als meer domeinen verzenden: { $who }
right-connector-fields = "{ $connector }" in { $fields } ({ $domains })
effect-relay-gained = mogen vanaf nu naar elk domein versturen: { $who }
effect-relay-lost = mogen niet meer versturen naar domeinen die niet van ons zijn: { $who }
right-network = clients in { $name }
right-address = { $name }
right-pop = wie in de laatste { $window } mail met POP3 gelezen heeft
right-as = { $right }, als { $senders }
right-any-sender = { $right }, als elke afzender
right-until = { $right }, tot { $until }
right-after = { $right }, na { $until }
right-by-certificate = met het certificaat { $name }
right-by-address = in { $name }
right-servers = servers { $mark }
right-servers-tls = servers { $mark }, met TLS
right-servers-clear = servers { $mark }, zonder TLS
right-servers-as = servers { $mark }, als { $senders }
right-servers-as-tls = servers { $mark }, als { $senders }, met TLS
right-servers-as-clear = servers { $mark }, als { $senders }, zonder TLS

# Waarom niet.
refused-problems = { $problem } (en nog { $count })
refused-relay = dit zou een open relay zijn: { $answer }
refused-stranded = { $count ->
    [one] 1 wachtende ontvanger is van een domein dat niet meer geaccepteerd zou worden ({ $domains }); bezorg, verleg of retourneer die eerst (causeway queue list --domain { $first })
   *[other] { $count } wachtende ontvangers zijn van domeinen die niet meer geaccepteerd zouden worden ({ $domains }); bezorg, verleg of retourneer ze eerst (causeway queue list --domain { $first })
}

# The file beside the change.
flow-emptied = hiermee blijft er helemaal geen mailstroom over: geen enkel domein zou nog worden geaccepteerd (revisie { $number } is niet leeg)
flow-replaces-edits = mailflow.toml is bewerkt sinds revisie { $number }, en dit zou de bewerkingen vervangen, die in geen enkele revisie staan: pas ze eerst toe (causeway apply), of houd vol met --force; dan blijven ze bewaard in een bestand ernaast
