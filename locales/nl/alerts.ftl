# Meldingen over gestoorde wegen: bewijs uit de eigen registratie, hoe het zo kwam, de uitwegen en de
# berichten aan beheerders.

known-failure = { $target }: { $reply }
known-no-tls = zonder TLS
known-last-success = op { $at } ging voor het laatst mail door, naar { $target } ({ $tls })
known-never-worked = voor zover de registratie reikt, is hier nooit mail doorgegaan
known-changed = revisie { $number } van { $author }, { $at }: { $what }
known-nothing-changed = aan deze weg is hier sinds { $at } niets veranderd
known-address-changed = mail ging voor het laatst naar { $before }; nu wordt { $now } geprobeerd
known-others = { $failing ->
    [one] { $failing } bestemming is gestoord
   *[other] { $failing } bestemmingen zijn gestoord
}, en sinds deze dat is, ging er mail naar { $well ->
    [one] { $well } andere host
   *[other] { $well } andere hosts
} op dezelfde poort
known-no-other-servers = geen connector leidt naar of van andere servers van de organisatie
known-circle = volgens zijn Received-velden is het bericht { $passes } keer door deze server gegaan, in deze kring: { $route }
known-other-time = volgens de begroeting van de server is het daar { $theirs }, en dan is het certificaat geldig; volgens de klok hier was het { $ours }
known-taken-beside = { $refused ->
    [one] { $host } weigerde { $refused } bericht voor sommige ontvangers van { $domain }; mail voor een andere nam hij aan, het laatst op { $at }
   *[other] { $host } weigerde { $refused } berichten voor sommige ontvangers van { $domain }; mail voor een andere nam hij aan, het laatst op { $at }
}
known-source-of-connector = { $known ->
    [yes] { $source } staat in source_addresses van de connector “{ $connector }” in mailflow.toml; deze machine heeft { $own }
   *[no] { $source } staat in source_addresses van de connector “{ $connector }” in mailflow.toml
}
known-source-of-machine = { $known ->
    [yes] { $source } staat in source_addresses van [delivery] in causeway.toml; deze machine heeft { $own }
   *[no] { $source } staat in source_addresses van [delivery] in causeway.toml
}
known-mailboxes-here = { $count ->
    [one] { $count } mailbox van { $domain } staat op deze server
   *[other] { $count } mailboxen van { $domain } staan op deze server
}

story-changed-here = Het werkte tot { $worked }. Toen veranderde revisie { $number } ({ $author }, { $at }) deze weg hier: { $what }.
story-worked-until = Het werkte tot { $at }, en hier is sindsdien niets veranderd: de reden ligt aan de andere kant of onderweg.
story-unchanged = Tot { $at } werkte het, en sindsdien is hier niets aan deze weg veranderd.
story-never-worked = Voor zover de registratie reikt, heeft het nooit gewerkt.
story-everything-fails = { $failing ->
    [one] Een andere bestemming die kortgeleden werkte, is nu op dezelfde manier gestoord
   *[other] { $failing } andere bestemmingen die kortgeleden werkten, zijn nu op dezelfde manier gestoord
}, en geen ervan wordt bereikt: de reden ligt hier.

# Where none of the known causes is left.
no-cause-fits = Geen van de bekende oorzaken past: ze zijn allemaal uitgesloten.
    .do = Bekijk wat ze heeft uitgesloten (causeway alert show) en vraag de andere kant wat die ziet; wat beide kanten hebben gezien, maakt het aantal mogelijkheden kleiner.
no-cause-holds = Wat mislukte, werkt inmiddels: geen van de bekende oorzaken bestaat nog.
    .do = Niets: de volgende poging laat zien of er mail doorkomt.

outlook-waiting = De volgende poging is op { $next }. Als er niets verandert, gaat het eerste bericht op { $returned } terug naar de afzender.
outlook-next = De volgende poging is op { $next }.
outlook-nothing = Niets wacht op een volgende poging.
outlook-returned = Als er niets verandert, gaat het eerste bericht op { $returned } terug naar de afzender.
outlook-gone = Wat gestoord was, werkt inmiddels; de volgende poging is op { $next }.
outlook-gone-now = Wat gestoord was, werkt inmiddels.

# Uitwegen die de server zelf kan gaan.
remedy-revert = Revisie { $number } van de mailstroom weer van kracht maken
    .warning = Dit neemt een eis van TLS terug: mail op deze weg kan dan leesbaar gaan, of naar een server die niet heeft bewezen wie hij is. Doe het alleen als u weet dat de weg veilig is.
remedy-correct-smart-host = De smarthost van de connector “{ $connector }” op { $value } zetten
    .warning = De naam lijkt alleen op die in de connector; hij kan van iemand anders zijn. Overtuig u ervan dat het de bedoelde server is.
remedy-correct-port = De smarthost van de connector “{ $connector }” op { $value } zetten, de poort waarop een mailserver antwoordt
remedy-correct-tls-name = In de connector “{ $connector }” de naam { $value } verwachten, die het certificaat draagt
    .warning = Een certificaat voor een eigen naam kan iedereen tonen. Overtuig u er langs een andere weg van dat dit de naam van de bedoelde server is.
remedy-make-authoritative = Het domein { $domain } op gezaghebbend zetten: adressen zonder postvak hier worden dan geweigerd
remedy-disable-connector = De connector “{ $connector }” uitschakelen
    .warning = Zijn mail gaat dan een andere weg, naar internet als geen andere connector hem neemt, zonder de TLS die deze connector eist.
remedy-remove-connector = De connector “{ $connector }” verwijderen
    .warning = Zijn mail gaat dan een andere weg, naar internet als geen andere connector hem neemt, zonder de TLS die deze connector eist.
remedy-flush-dns = De hier bewaarde DNS-antwoorden vergeten en opnieuw proberen
remedy-retry = Nu opnieuw proberen
remedy-raise-tls = In de connector “{ $connector }” een certificaat voor { $value } eisen, de naam die het getoonde draagt
    .warning = Het wachtwoord gaat dan naar ieder die een geldig certificaat voor { $value } heeft. Doe het alleen als u weet dat dit de naam van de bedoelde server is.
fix-no-way-by-mx = Zonder de connector heeft mail voor { $domain } nu geen weg: { $why }
remedy-lower-tls = In de connector “{ $connector }” minder van TLS eisen: { $value }
    .warning = Dit maakt mail op deze weg onveiliger: anderen onderweg kunnen haar lezen of veranderen, en wie haar ontvangt is niet meer bewezen. Doe het alleen als u weet dat de weg veilig is, en zet het daarna terug.
remedy-remove-credentials = De gebruikersnaam en het wachtwoord uit de connector “{ $connector }” halen
    .warning = Mail gaat dan zonder aanmelding naar een server die niet bewezen heeft wie hij is. Doe het alleen als de server mail van hier zonder aanmelding aanneemt en de weg veilig is.

confidence-confirmed = bevestigd
confidence-likely = waarschijnlijk
confidence-unknown = niet bekend

closing-mail-flows = er gaat weer mail door
closing-nothing-waits = er wacht geen mail meer op deze weg
closing-by-hand = gesloten door { $author }

fix-pending = toegepast op { $at }; de volgende bezorging toont of het hielp
fix-unused = toegepast op { $at }; op deze weg wacht niets meer, en niets heeft getoond of er mail doorgaat
fix-helped = toegepast op { $at }, en het hielp
fix-did-not-help = toegepast op { $at }, en het hielp niet: { $reply }
fix-probe-works = Een proef direct daarna kwam door: de server geeft een sessie zoals de connector eist. Of hij mail aanneemt, toont de volgende bezorging.
fix-probe-works-direct = Een proef direct daarna kwam door: de server geeft een sessie. Of hij mail aanneemt, toont de volgende bezorging.
fix-probe-fails = Een proef direct daarna kwam niet door.

alert-subject-open = Mail wacht: { $path } ({ $code })
alert-subject-closed = Mail gaat weer door: { $path }
alert-subject-many = { $count ->
    [one] { $count } gestoorde weg
   *[other] { $count } gestoorde wegen
}: nieuws over meldingen
alert-greeting = Dit is { $host }, de mailserver van { $organization }.
alert-head-open = Melding { $id }: { $path } is gestoord.
alert-head-closed = Melding { $id } is gesloten: { $path } – { $why }.
alert-line-cause = Oorzaak ({ $confidence }): { $cause }
alert-line-cause-unknown = Oorzaak: nog niet bekend. Mogelijk: { $cause }
alert-line-cause-none = Oorzaak: { $cause }
alert-line-also-confirmed = Ook bevestigd: { $cause }
alert-line-who = Wie aan zet is: { $who }
alert-line-do = Wat te doen is: { $action }
alert-line-failure = Laatste fout: { $reply }
alert-line-waiting = { $count ->
    [0] Er wacht niets op. Voor het eerst mislukt: { $since }.
    [one] { $count } ontvanger wacht, sinds { $since }
   *[other] { $count } ontvangers wachten, sinds { $since }
}
alert-line-evidence = Bewijs:
alert-line-remedies = Wat deze server kan doen (causeway fix plan { $id }):
alert-line-more = { $count ->
    [one] Nog één melding is veranderd
   *[other] Nog { $count } meldingen zijn veranderd
}; zie: causeway alert list
alert-footer = Zie: causeway alert show { $id }

# Wat naast verstoorde paden aandacht vraagt: wat het is, wat te doen is, en waarop het berust.
notice-mail-loop = E-mail voor { $subject } gaat in een kring rond
    .do = Volg de kring: een van de servers stuurt de e-mail hierheen terug in plaats van die te bezorgen. Corrigeer de connector die daarheen leidt, of maak { $subject } gezaghebbend als alle postvakken van het domein hier zijn.
notice-unused-connector = De connector “{ $subject }” vervoert geen e-mail
    .do = Zet de connector uit of verwijder hem als hij niet meer nodig is. Als e-mail deze weg hoort te gaan, test hem dan: causeway test outbound, causeway route explain.
notice-mx-elsewhere = De MX-records van { $subject } leiden niet hierheen
    .do = Laat bij uw DNS-aanbieder de MX-records van { $subject } naar deze server wijzen. Als e-mail eerst via een andere server hoort te komen, noem die dan in expected_mx. Is het domein verhuisd, verwijder het dan hier.
notice-foreign-senders = Onze eigen netwerken verzenden als { $subject }, en dat is geen geaccepteerd domein
    .do = Is { $subject } van u, accepteer het dan. Zo niet, corrigeer de apparaten die zo verzenden, of schrijf sender_domains bij hun vermelding in [relay].addresses: wat zij onder andere namen verzenden, wordt dan geweigerd.
notice-certificate-ends = Het certificaat van { $subject } is maar geldig tot { $ends }
    .do = Vernieuw het certificaat en de keten in de bestanden die [tls] noemt; ze worden vanzelf opnieuw gelezen.
    .theirs = Vraag wie deze server beheert het certificaat te vernieuwen. Waar de connector certificaten controleert, wacht e-mail vanaf de dag dat het verloopt.
notice-old-clients = E-mailprogramma’s of apparaten proberen zich zonder veilige TLS aan te melden
    .do = Werk deze programma’s of apparaten bij, of stel ze in op TLS 1.2 of nieuwer (STARTTLS op poort 587, TLS op poort 465). Tot dan kunnen ze niet verzenden: wachtwoorden worden alleen over een veilige verbinding aangenomen.
notice-queue-grows = Er komt meer e-mail binnen dan er weggaat ({ $subject })
    .all = Er komt meer e-mail binnen dan er weggaat, over alle wegen samen
    .do = Kijk wat er binnenkomt: causeway queue list, causeway trace. Misschien verzendt iemand te veel. Als het zo veel hoort te zijn, sta het pad dan meer verbindingen toe (max_connections), of vraag de andere kant om een hogere grens.
notice-unknown-recipients = Veel ontvangers die niet bestaan worden geprobeerd: { $subject }
    .do = Ze worden allemaal geweigerd; er gaat niets verloren. Lijken de adressen op gissingen, dan verzamelt iemand adressen: blokkeer de netwerken in uw firewall. Hebben ze ooit bestaan, zeg het de afzender dan, of maak postvakken of aliassen.
notice-log-lost = Regels van het logboek van { $subject } gaan verloren
    .do = De e-mail heeft er geen last van, en wat er met elk bericht is gebeurd, staat in het verloop. Maak ruimte op de schijf waar het logboek staat, of kijk waarom het programma dat het leest, stilstaat.

noted-route = het bericht was door { $hops } servers gegaan en ging zo rond: { $route }
noted-sent-by-connector = de Received-regels ervan noemen { $id }, dat deze server had verzonden ({ $at }), via de connector “{ $connector }” naar { $host }
noted-sent-by-mx = de Received-regels ervan noemen { $id }, dat deze server had verzonden ({ $at }), volgens de MX-records naar { $host }
noted-there-since = de connector “{ $connector }” is in gebruik sinds { $at }
noted-last-used = de connector “{ $connector }” heeft voor het laatst e-mail vervoerd op { $at }
noted-never-used = de connector “{ $connector }” heeft sindsdien geen e-mail vervoerd
noted-senders = { $count ->
    [one] { $count } bericht
   *[other] { $count } berichten
} binnen een dag met een afzender in { $domain }
noted-client = { $client }: { $count } keer
noted-old-tls = { $client } biedt alleen { $offered } aan ({ $count } keer)
noted-old-tls-of = { $client } biedt alleen { $offered } aan ({ $count } keer); van daar heeft { $account } zich laatst aangemeld
noted-no-tls = { $client } probeert het zonder TLS ({ $count } keer)
noted-no-tls-of = { $client } probeert het zonder TLS ({ $count } keer); van daar heeft { $account } zich laatst aangemeld
noted-certificate = het certificaat dat { $holder } toont (voor { $names }, van { $issuer }) verloopt op { $ends }
noted-growth = { $now } ontvangers wachten; { $span } eerder waren het er { $before }, en { $delivered } berichten gingen intussen weg
noted-unknown = { $count ->
    [one] { $count } ontvanger die niet bestaat werd
   *[other] { $count } ontvangers die niet bestaan werden
} binnen { $span } geprobeerd ({ $subject })
noted-lines-not-read = { $count ->
    [one] Voor { $count } regel was geen plaats, omdat niemand het logboek leest
   *[other] Voor { $count } regels was geen plaats, omdat niemand het logboek leest
}
noted-lines-lost = { $count ->
    [one] { $count } regel is niet geschreven
   *[other] { $count } regels zijn niet geschreven
}: { $problem }

remedy-accept-domain = Het domein { $domain } accepteren (gezaghebbend)
    .warning = E-mail aan dit domein wordt dan hier bezorgd en nergens anders: wie hier geen postvak heeft, wordt geweigerd. Doe het alleen als het domein van u is, en maak de postvakken; zijn die elders, maak het domein dan internal_relay met een connector.
remedy-look-again = Nu opnieuw kijken
closing-mended = het is verholpen of niet meer gezien
fix-watched = toegepast op { $at }; wat hierna komt zal leren of het heeft geholpen
fix-still-so = toegepast op { $at }, en het is nog steeds zo
alert-subject-over = Voorbij: { $cause }
alert-head-notice = Melding { $id }: { $cause }.
alert-line-since = Sinds: { $since }
