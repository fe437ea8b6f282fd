# Kommandoraden.

cli-in = om { $span }
cli-ago = för { $span } sedan
cli-now = nu
cli-yes = ja
cli-no = nej
cli-choice = [j/N]

# Ett meddelande: queue show.
cli-message-titled = Meddelande { $id } ”{ $subject }”
cli-message-untitled = Meddelande { $id }, utan ämne
cli-message-from = Det är från { $sender }. Storleken är { $size }.
cli-message-report = Det är en rapport och har ingen avsändare: inget skickas någonsin tillbaka om den. Storleken är { $size }.
cli-message-received = Det togs emot { $at } ({ $ago }) från { $origin }.
cli-origin-helo = { $address }, som kallade sig { $helo }
cli-origin-here = den här servern själv
cli-origin-user = Det lämnades in av { $user }, som hade loggat in.
cli-origin-connector = Det kom genom anslutningen ”{ $connector }”.
cli-message-about = Det rapporterar om meddelande { $id }.
cli-message-id = Dess Message-ID är { $id }.
cli-tried = { $count ->
    [0] Inte försökt än.
    [one] Försökt en gång.
   *[other] Försökt { $count } gånger.
}
cli-waits-for = Det väntar, med annan e-post, på { $destination }.
cli-destination = Senast försökt hos { $destination }.
cli-through = Det går genom anslutningen ”{ $connector }”.
cli-paused = Anslutningen har den här minuten sänt så många meddelanden som den får (max_messages_per_minute): det går iväg så snart det är dess tur.
cli-secured-not = Förbindelsen hade ingen TLS.
cli-secured-dane = Förbindelsen var krypterad ({ $tls }); motpartens TLSA-poster (DANE) bevisade vem den är.
cli-secured-mta-sts = Förbindelsen var krypterad ({ $tls }); ett certifikat som domänens MTA-STS-policy kräver bevisade vem motparten är.
cli-secured-certificate = Förbindelsen var krypterad ({ $tls }); ett giltigt certifikat bevisade vem motparten är.
cli-secured-nothing = Förbindelsen var krypterad ({ $tls }); inget bevisade vem motparten är.
cli-weakness = Vad som inte var som det ska: { $reason }
cli-last-answer = Det senaste svaret var: { $answer }
cli-next = Nästa försök är { $at } ({ $relative }); `causeway queue retry { $id }` försöker nu.
cli-due = Det står på tur nu.
cli-expires = Om inget ändras går det tillbaka till { $sender } { $at } ({ $relative }).
cli-expires-report = Om inget ändras ges det upp { $at } ({ $relative }); som rapport har det ingen avsändare att meddela.
cli-delivering = Det levereras just nu.
cli-held = Det hålls kvar tills det släpps (`causeway queue release { $id }`), returneras eller tas bort.
cli-delivered = Det ligger i brevlådan här.
cli-relayed = En annan server har tagit över det.
cli-expanded = Det har ersatts av andra mottagare.
cli-failed = Det har misslyckats för gott.
cli-events = Vad som hände:
cli-trace-head = från { $sender }, mottaget { $at }
cli-on-hold = hålls kvar

# Vad som görs med kön.
cli-done-retry = { $count ->
    [one] { $count } mottagare försöks nu.
   *[other] { $count } mottagare försöks nu.
}
cli-retry-held = { $count ->
    [one] { $count } mottagare hålls kvar; `causeway queue release` släpper den.
   *[other] { $count } mottagare hålls kvar; `causeway queue release` släpper dem.
}
cli-done-hold = { $count ->
    [one] { $count } mottagare hålls kvar.
   *[other] { $count } mottagare hålls kvar.
}
cli-done-release = { $count ->
    [one] { $count } mottagare har släppts och försöks nu.
   *[other] { $count } mottagare har släppts och försöks nu.
}
cli-done-return = { $count ->
    [one] { $count } mottagare returneras till avsändaren med en rapport.
   *[other] { $count } mottagare returneras till avsändarna med en rapport.
}
cli-done-remove = { $count ->
    [one] { $count } mottagare har tagits bort utan rapport.
   *[other] { $count } mottagare har tagits bort utan rapport.
}
cli-done-redirect = { $count ->
    [one] { $count } mottagare har omdirigerats.
   *[other] { $count } mottagare har omdirigerats.
}
cli-ask-remove = { $count ->
    [one] Ta bort e-posten till { $count } mottagare? Den är då borta och avsändaren får inte veta det.
   *[other] Ta bort e-posten till { $count } mottagare? Den är då borta och avsändarna får inte veta det.
}
cli-ask-return = { $count ->
    [one] Returnera { $count } mottagare till avsändaren med en rapport?
   *[other] Returnera { $count } mottagare till avsändarna med en rapport?
}
cli-ask-redirect = { $count ->
    [one] Skicka det som är till { $count } mottagare till en annan adress?
   *[other] Skicka det som är till { $count } mottagare till en annan adress?
}
cli-queue-empty = Inget väntar.
cli-no-match = Inget passar.
cli-more-messages = … och fler: de äldsta { $count } visas. Använd --limit, ett filter, eller --json för alla.
cli-more-rows = … kanske fler: de nyaste { $count } visas. Använd --limit, ett filter, eller --json för alla.

# Brevlådor.
cli-no-mailboxes = Det finns inga brevlådor. Lägg till en med `causeway mailbox add ADRESS`.
cli-mailbox-added = Brevlådan { $address } har lagts till.
cli-mailbox-changed = Brevlådan { $address } har ändrats.
cli-mailbox-removed = Brevlådan { $address } har tagits bort; e-posten i den finns kvar på disk.
cli-mailbox-password = { $address } har ett nytt lösenord.
cli-password-shown = Lösenordet är { $password } (visas bara nu; endast en hash sparas).
cli-ask-mailbox-remove = Ta bort brevlådan { $address }? Ingen kan längre logga in, och e-post till den avvisas; e-posten i den finns kvar på disk.

# Domäner, anslutningar, vägar, relä.
cli-no-domains = Det finns inga godkända domäner. `causeway domain add DOMÄN` lägger till en.
cli-no-connectors = Det finns inga anslutningar.
cli-connector-out-own = Anslutningen ”{ $name }” skickar e-post till organisationens egna servrar.
cli-connector-out-partner = Anslutningen ”{ $name }” skickar e-post till en partners servrar.
cli-connector-in-own = Anslutningen ”{ $name }” känner igen e-post från organisationens egna servrar.
cli-connector-in-partner = Anslutningen ”{ $name }” känner igen e-post från en partners servrar.
cli-connector-takes = Den tar mottagare i { $domains }.
cli-every-domain = alla domäner
cli-connector-internet = All e-post till internet går också den här vägen ([routing].internet).
cli-connector-mx = Den skickar till MX-värdarna för mottagarens domän.
cli-connector-host = Den skickar till { $hosts }.
cli-connector-hosts = Den skickar till { $hosts }, i den ordningen.
cli-tls-opportunistic = Den använder TLS där det erbjuds, annars klartext.
cli-tls-encryption = Den kräver TLS, med vilket certifikat som helst.
cli-tls-certificate = Den kräver TLS med ett giltigt certifikat från en utfärdare som vi litar på.
cli-tls-domain = Den kräver TLS med ett giltigt certifikat från en utfärdare som vi litar på, för namnet { $name }.
cli-tls-host = Den kräver TLS med ett giltigt certifikat från en utfärdare som vi litar på, för värdens namn.
cli-connector-user = Den loggar in som { $user }.
cli-connector-equals = Servrar med ”|” mellan sig delar e-posten jämnt.
cli-connector-sources = Den skickar från { $addresses }.
cli-connector-connections = Högst { $count ->
    [one] en anslutning
   *[other] { $count } anslutningar
 } samtidigt.
cli-connector-pace = Högst { $count ->
    [one] ett meddelande
   *[other] { $count } meddelanden
 } per minut.
cli-by-certificate = Den känner igen dem på ett klientcertifikat för { $name }.
cli-by-address = Den känner igen dem på en adress i { $networks }.
cli-connector-senders = Deras avsändare får vara från { $domains }.
cli-every-sender = Deras avsändare får vara från alla domäner.
cli-connector-restricts = E-post från dessa avsändare avvisas från alla andra (restrict_sender_domains).
cli-connector-identity = Bara adresser i dessa domäner får stå i deras { $fields } (identity).
cli-tls-required = De måste använda TLS.
cli-tls-optional = TLS är upp till dem.
cli-connector-disabled = Den är avstängd: inget går den här vägen (enabled = false i mailflow.toml).
cli-note = Anteckning: { $note }
cli-waiting = { $count ->
    [0] Ingen e-post väntar på den.
    [one] { $count } mottagare väntar på den.
   *[other] { $count } mottagare väntar på den.
}
cli-waiting-more = Minst { $count } mottagare väntar på den.
cli-route-authoritative = { $domain } är en godkänd domän, och alla dess brevlådor finns här.
cli-route-own-address = { $domain } är en adress till den här servern.
cli-route-internal = { $domain } är en godkänd domän, och några av dess brevlådor finns på annat håll.
cli-route-external = { $domain } är inte en av våra domäner.
cli-route-none = Det finns ingen väg till { $recipient }.
cli-route-hops = E-posten går till { $hops }.
cli-route-through = E-posten går genom anslutningen ”{ $connector }” till { $hops }.
cli-because = Skäl: { $because }
cli-considered = Anslutningar som inte tar det:
cli-relay-yes = Det är ett relä: mottagarens domän är inte vår.
cli-relay-no = Det är inget relä: mottagarens domän är vår.
cli-allowed = Det är tillåtet (regel { $rule }): { $because }
cli-not-allowed = Det är inte tillåtet (regel { $rule }): { $because }
cli-client-told = Klienten får svaret: { $reply }
cli-allowed-if = Det vore tillåtet om:

# Liggaren och tjänsten.
cli-audit-accepted = mottagna, varav
cli-audit-delivered = levererade till brevlådor här
cli-audit-relayed = övertagna av andra servrar
cli-audit-expanded = ersatta av andra mottagare
cli-audit-queued = i kön
cli-audit-held = kvarhållna
cli-audit-reported = misslyckade, med rapport till avsändaren
cli-audit-silent = misslyckade, och ingen skulle meddelas
cli-audit-unaccounted = oredovisade
cli-audit-missing = Något saknas: låt datakatalogen vara som den är och se i serverns logg.
cli-health-good = Allt fungerar.
cli-health-bad = Något fungerar inte som det ska.
cli-health-alerts = { $count ->
    [one] { $count } öppet larm
   *[other] { $count } öppna larm
} (causeway alert list): { $ids }
cli-health-worst = { $count ->
    [one] Mest e-post väntar bakom larm { $id }, { $path } ({ $count } mottagare). { $cause }
   *[other] Mest e-post väntar bakom larm { $id }, { $path } ({ $count } mottagare). { $cause }
}
cli-accounted = Varje mottagare som har tagits emot är redovisad.
cli-unaccounted = Oredovisade: { $count }. Se `causeway audit`.

# Förklaringar av rapporter.
cli-code-name = { $code } står för: { $name }
cli-explain-none = Det här är ingen rapport om e-post som inte kunde levereras.
cli-who-acts = Vem agerar: { $who }
cli-written-by = Skriven av: { $generator }
cli-server = Server: { $name }
cli-its-words = Ordagrant: { $words }
cli-rule = Regel: { $rule }

# Vem som kommer in.
cli-app-password-added = { $address } har ett nytt programlösenord ”{ $name }”.
cli-app-password-revoked = Programlösenordet ”{ $name }” för { $address } är återkallat.
cli-no-app-passwords = { $address } har inga programlösenord. `causeway mailbox app-password add` skapar ett.
cli-never = aldrig
cli-no-locks = Ingenting är låst.
cli-everybody = alla
cli-everywhere-else = där den aldrig har loggat in
cli-unlocked = { $count ->
    [0] Ingenting var låst.
    [one] { $count } lås är upphävt.
   *[other] { $count } lås är upphävda.
}
cli-no-pop-logins = Just nu ger ingen POP3-inloggning någon rätt.
cli-pop-logins-revoked = { $count ->
    [0] Det fanns ingen sådan inloggning.
    [one] { $count } inloggning gäller inte längre.
   *[other] { $count } inloggningar gäller inte längre.
}
cli-pop-login-reported = { $client } får skicka; det upphör { $ends }.

# Rubriker i tabeller.
cli-head-id = ID
cli-head-status = STATUS
cli-head-recipient = MOTTAGARE
cli-head-sender = AVSÄNDARE
cli-head-size = STORLEK
cli-head-tries = FÖRSÖK
cli-head-next = NÄSTA
cli-head-result = SENASTE RESULTAT
cli-head-received = MOTTAGET
cli-head-subject = ÄMNE
cli-head-address = ADRESS
cli-head-aliases = ALIAS
cli-head-language = SPRÅK
cli-head-quota = KVOT
cli-head-forward = Vidarebefordrar till
cli-forward-and-keep = { $address }, och behålls
cli-head-login = INLOGGNING
cli-head-domain = DOMÄN
cli-head-type = TYP
cli-head-subdomains = UNDERDOMÄNER
cli-head-name = NAMN
cli-head-direction = RIKTNING
cli-head-peer = MOTPART
cli-head-enabled = PÅ
cli-head-domains = DOMÄNER
cli-head-hosts = VÄRDAR
cli-head-tls = TLS
cli-head-part = DEL
cli-head-since = SEDAN
cli-head-detail = DETALJ
cli-head-send-as = SKICKAR SOM
cli-head-made = SKAPAT
cli-head-used = SENAST ANVÄNT
cli-head-client = KLIENT
cli-head-service = TJÄNST
cli-head-user = ANVÄNDARE
cli-head-failures = FEL LÖSENORD
cli-head-ends = UPPHÖR

# Ändringar av postflödet.
cli-plan-nothing = Ingenting skulle ändras i postflödet.
cli-plan-layout = Bara kommentarer eller uppställning skiljer sig.
cli-plan-changes = Det här ändras:
cli-plan-effects = Det här blir följden:
cli-plan-no-effects = Väntande e-post, brevlådor och rätten att sända berörs inte.
cli-plan-refused = Avvisat: { $why }
cli-plan-refused-errors = Avvisat, tills detta stämmer:
cli-plan-refused-unless = Avvisat: { $why }, eller insistera med --force
cli-plan-insisted = Genomdrivet med --force, trots att: { $why }
cli-ask-apply = Sätta detta i kraft?
cli-applied = Revision { $number } är i kraft.
cli-applied-already = Detta är redan i kraft (revision { $number }).
cli-edits-kept = De ersatta ändringarna har aldrig gällt; servern bevarar dem i { $path }.
cli-and-more = (och { $count } till)
cli-revision = Revision { $number }, { $at }, av { $author }
cli-revision-reason = Skäl: { $reason }
cli-head-revision = REVISION
cli-head-at = NÄR
cli-head-author = VEM
cli-head-reason = SKÄL
cli-head-changes = ÄNDRINGAR
cli-test-passed = Allt som behövs fungerar.
cli-test-failed = Det fungerar inte.
cli-step-passed = godkänt
cli-step-warning = varning
cli-step-failed = MISSLYCKADES
cli-step-skipped = överhoppat
cli-untested = aldrig
cli-tested-before = ändrad sedan dess
cli-tested-good = godkänt { $at }
cli-tested-bad = MISSLYCKADES { $at }
cli-connector-tested = Senaste test: { $result }.
cli-firewall-chosen = Adresser som inte står i [delivery].source_addresses väljs av systemet och kan ändras med nätet.
cli-head-tested = TESTAD
cli-head-source = FRÅN
cli-head-port = PORT
cli-head-destination = TILL
cli-head-connector = ANSLUTNING

# A hybrid organization.
cli-hybrid-ask-domains = Domäner vars brevlådor delvis finns här och delvis på er egen e-postserver (flera: med komma):
cli-hybrid-ask-server = Er egen e-postserver (HOST eller HOST:PORT):
cli-hybrid-other-side = Vad som ska ställas in på andra sidan, i den här ordningen
cli-hybrid-then = Prova sedan vägen dit med ett riktigt meddelande: { $command }
cli-hybrid-sources-unknown = adresserna som `causeway connector firewall` visar
cli-hybrid-certificate = Er egen server: ett certifikat för { $name } från en utfärdare som den här servern litar på. Utan det går ingen e-post dit.
cli-hybrid-receive = Er egen server och dess brandvägg: ta emot SMTP från { $sources } för brevlådorna där.
cli-hybrid-receive-central = Er egen server och dess brandvägg: ta emot SMTP från { $sources }, för brevlådorna där och, för vidare sändning, för internet.
cli-hybrid-share = Er egen server: behandla { $domains } som delade (internt relä). Det som saknar brevlåda där kommer hit; det som kom härifrån och saknar brevlåda där avvisas, annars går det runt i cirklar.
cli-hybrid-send = Er egen server: en sändningsanslutning för brevlådorna här, till { $host }, port { $port }.
cli-hybrid-send-tls = Er egen server: en sändningsanslutning för brevlådorna här, till { $host }, port { $port }, med TLS; e-post utan TLS avvisas.
cli-hybrid-mx = DNS: den enda MX-posten för varje domän är { $records }
cli-hybrid-mx-own = DNS: den enda MX-posten för { $domains } pekar på er egen server, med dess namn.
cli-hybrid-spf = DNS: SPF-posten för { $domains } låter den här servern sända: lägg till { $parts }
cli-hybrid-spf-own = DNS: e-post till internet går genom er egen server; SPF-posten för { $domains } måste nämna dess adresser och behöver inga andra.

# Tokens.
cli-no-tokens = Det finns inga token. `causeway token add NAME` skapar en.
cli-token-added = Token ”{ $name }” är skapad.
cli-token-shown = Token, visas bara nu: { $token }
cli-token-revoked = Token ”{ $name }” är återkallad.
cli-token-everything = allt
cli-token-looks = titta
cli-head-may = FÅR
# --- larm och utvägar ---
cli-no-alerts = Alla vägar fungerar och har gjort det den senaste tiden.
cli-head-alert = LARM
cli-head-state = LÄGE
cli-head-path = VÄG
cli-head-waiting = VÄNTAR
cli-head-code = KOD
cli-head-cause = ORSAK
cli-alert-open = öppet
cli-alert-closed = stängt
cli-cause = { $cause } ({ $confidence })
cli-cause-unknown = inte känd än; möjlig: { $cause }
cli-alert-is-closed = Larm { $id } är stängt.
cli-alert-server = Server: { $server }
cli-also-confirmed = Också bekräftat:
cli-also-possible = Också möjligt:
cli-ruled-out = Uteslutet:
cli-fix-head = Larm { $id }: { $title }
cli-fix-no-change = E-postflödet ändras inte.
cli-fix-name-it = Inget gjordes: detta tar bort något eller behöver tänkas igenom först. Ange det: causeway fix apply { $id } { $remedy }
cli-fix-others = Andra utvägar:
# Returnerade meddelanden, hjälpsidor, nycklar för signering.
cli-returned-open = Det kan skickas igen; det går till { $until }.
cli-returned-sent = Det skickades igen { $at }, som { $id }.
cli-returned-not-kept = Innehållet har inte sparats: det fanns inte plats ([queue] send_again_space).
cli-sent-again = { $count ->
    [one] { $of } skickas igen till en mottagare, som { $id }.
   *[other] { $of } skickas igen till { $count } mottagare, som { $id }.
}
cli-standing-gone = åtgärdad
cli-standing-holds = finns kvar
cli-standing-in-message = i meddelandet
cli-standing-refused = avvisat där
cli-standing-unknown = inte känd
cli-head-seen = SEDD
cli-no-feedback = Ingen har svarat ännu om en hjälpsida var till hjälp.
cli-head-audience = FÖR
cli-head-helpful = TILL HJÄLP
cli-head-not-helpful = INTE TILL HJÄLP
cli-head-last = SENASTE SVAR
cli-no-dkim = Inget signeras: det finns inga nycklar. `causeway dkim add DOMAIN` gör en.
cli-dkim-added = E-post från { $domain } signeras från och med nu. Publicera den här posten i DNS:
cli-dkim-then = `causeway dkim list --check` säger när den finns där.
cli-dkim-removed = { $name } är borttagen. Ta bort posten ur DNS om en vecka, när meddelanden på väg har kommit fram.
cli-dkim-published = publicerad
cli-dkim-missing = inte publicerad: det finns ingen sådan post i DNS
cli-dkim-different = inte publicerad: DNS har en annan post där
cli-dkim-no-answer = DNS ger inget svar

# check.
cli-check-both = causeway.toml och mailflow.toml i { $directory } är rätt
cli-check-machine = causeway.toml i { $directory } är rätt; mailflow.toml finns inte, så dess standardvärden gäller
cli-check-flow = mailflow.toml i { $directory } är rätt; causeway.toml finns inte, så dess standardvärden gäller
cli-check-none = varken causeway.toml eller mailflow.toml finns i { $directory }: standardvärdena gäller
cli-check-warnings = { $count ->
    [one] { $files }, med 1 varning.
   *[other] { $files }, med { $count } varningar.
}
cli-check-errors = { $count ->
    [one] 1 fel i { $directory }; servern skulle inte starta med detta
   *[other] { $count } fel i { $directory }; servern skulle inte starta med detta
}
