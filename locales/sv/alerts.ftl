# Larm om vägar som inte fungerar: belägg ur de egna uppgifterna, hur det gick till, utvägarna och meddelandena
# till administratörer.

known-failure = { $target }: { $reply }
known-no-tls = utan TLS
known-last-success = e-post gick senast fram { $at }, till { $target } ({ $tls })
known-never-worked = så långt uppgifterna räcker har ingen e-post gått fram här
known-changed = revision { $number } av { $author }, { $at }: { $what }
known-nothing-changed = inget har ändrats här på den här vägen sedan { $at }
known-address-changed = e-post gick senast till { $before }; nu försöks { $now }
known-others = { $failing ->
    [one] { $failing } mål fungerar inte
   *[other] { $failing } mål fungerar inte
}, och sedan detta inte gör det har e-post gått till { $well ->
    [one] { $well } annan värd
   *[other] { $well } andra värdar
} på samma port
known-no-other-servers = ingen anslutning leder till eller från andra servrar i organisationen
known-circle = enligt sina Received-fält har meddelandet passerat den här servern { $passes } gånger, i den här kretsen: { $route }
known-other-time = enligt serverns hälsning är klockan där { $theirs }, och då är certifikatet giltigt; enligt klockan här var den { $ours }
known-taken-beside = { $refused ->
    [one] { $host } vägrade { $refused } meddelande för några mottagare i { $domain }; e-post för en annan tog den emot, senast { $at }
   *[other] { $host } vägrade { $refused } meddelanden för några mottagare i { $domain }; e-post för en annan tog den emot, senast { $at }
}
known-source-of-connector = { $known ->
    [yes] { $source } står i source_addresses för anslutningen ”{ $connector }” i mailflow.toml; maskinen har { $own }
   *[no] { $source } står i source_addresses för anslutningen ”{ $connector }” i mailflow.toml
}
known-source-of-machine = { $known ->
    [yes] { $source } står i source_addresses i [delivery] i causeway.toml; maskinen har { $own }
   *[no] { $source } står i source_addresses i [delivery] i causeway.toml
}
known-mailboxes-here = { $count ->
    [one] { $count } brevlåda i { $domain } finns på den här servern
   *[other] { $count } brevlådor i { $domain } finns på den här servern
}

story-changed-here = Det fungerade till { $worked }. Sedan ändrade revision { $number } ({ $author }, { $at }) den här vägen här: { $what }.
story-worked-until = Det fungerade till { $at }, och inget har ändrats här sedan dess: orsaken finns i andra änden eller på vägen dit.
story-unchanged = Det fungerade till { $at }, och sedan dess har inget ändrats här på den här vägen.
story-never-worked = Så långt uppgifterna räcker har det aldrig fungerat.
story-everything-fails = { $failing ->
    [one] Ett annat mål som nyligen fungerade fungerar nu på samma sätt inte
   *[other] { $failing } andra mål som nyligen fungerade fungerar nu på samma sätt inte
}, och inget nås: orsaken finns här.

# Where none of the known causes is left.
no-cause-fits = Ingen av de kända orsakerna passar: alla är uteslutna.
    .do = Se vad som uteslöt dem (causeway alert show) och fråga den andra sidan vad den ser; det som båda sidor har sett ringar in felet.
no-cause-holds = Det som misslyckades fungerar nu: ingen av de kända orsakerna finns kvar.
    .do = Ingenting: nästa försök visar om posten går fram.

outlook-waiting = Nästa försök görs { $next }. Om inget ändras går det första meddelandet tillbaka till sin avsändare { $returned }.
outlook-next = Nästa försök görs { $next }.
outlook-nothing = Inget väntar på ett nytt försök.
outlook-returned = Om inget ändras går det första meddelandet tillbaka till sin avsändare { $returned }.
outlook-gone = Det som inte fungerade fungerar nu; nästa försök görs { $next }.
outlook-gone-now = Det som inte fungerade fungerar nu.

# Utvägar som servern själv kan gå.
remedy-revert = Låt revision { $number } av e-postflödet gälla igen
    .warning = Det tar tillbaka ett krav på TLS: e-post på den här vägen kan då gå i klartext, eller till en server som inte har bevisat vem den är. Gör det bara om du vet att vägen är säker.
remedy-correct-smart-host = Sätt smarthosten för anslutningen ”{ $connector }” till { $value }
    .warning = Namnet liknar bara det i anslutningen; det kan tillhöra någon annan. Förvissa dig om att det är den server du menar.
remedy-correct-port = Sätt smarthosten för anslutningen ”{ $connector }” till { $value }, porten där en e-postserver svarar
remedy-correct-tls-name = Förvänta namnet { $value }, som certifikatet bär, i anslutningen ”{ $connector }”
    .warning = Vem som helst kan visa ett certifikat för ett eget namn. Förvissa dig på annat sätt om att detta är namnet på den server du menar.
remedy-make-authoritative = Sätt domänen { $domain } till auktoritativ: adresser utan brevlåda här avvisas från och med då
remedy-disable-connector = Stäng av anslutningen ”{ $connector }”
    .warning = Dess e-post går då en annan väg, till internet om ingen annan anslutning tar den, utan den TLS som den här anslutningen kräver.
remedy-remove-connector = Ta bort anslutningen ”{ $connector }”
    .warning = Dess e-post går då en annan väg, till internet om ingen annan anslutning tar den, utan den TLS som den här anslutningen kräver.
remedy-flush-dns = Glöm de DNS-svar som hålls här och försök igen
remedy-retry = Försök igen nu
remedy-raise-tls = Kräv i anslutningen ”{ $connector }” ett certifikat för { $value }, namnet som det visade bär
    .warning = Lösenordet går då till den som har ett giltigt certifikat för { $value }. Gör det bara när du vet att detta är namnet på den server som avses.
fix-no-way-by-mx = Utan anslutningen har e-post till { $domain } ingen väg nu: { $why }
remedy-lower-tls = Kräv mindre av TLS i anslutningen ”{ $connector }”: { $value }
    .warning = Det gör e-post på den här vägen mindre säker: andra på vägen kan läsa eller ändra den, och vem som tar emot den är inte längre bevisat. Gör det bara när du vet att vägen är säker, och ställ tillbaka det efteråt.
remedy-remove-credentials = Ta bort användarnamnet och lösenordet ur anslutningen ”{ $connector }”
    .warning = E-posten går då utan inloggning till en server som inte har bevisat vem den är. Gör det bara när servern tar emot e-post härifrån utan inloggning och vägen är säker.

confidence-confirmed = bekräftad
confidence-likely = trolig
confidence-unknown = inte känd

closing-mail-flows = e-post går fram igen
closing-nothing-waits = ingen e-post väntar längre på den här vägen
closing-by-hand = stängt av { $author }

fix-pending = tillämpat { $at }; nästa leverans visar om det hjälpte
fix-unused = tillämpat { $at }; inget väntar längre på den här vägen, och inget har visat om e-post går fram
fix-helped = tillämpat { $at }, och det hjälpte
fix-did-not-help = tillämpat { $at }, och det hjälpte inte: { $reply }
fix-probe-works = Ett prov direkt efteråt gick igenom: servern ger en session så som anslutningen kräver. Om den tar emot e-post visar nästa leverans.
fix-probe-works-direct = Ett prov direkt efteråt gick igenom: servern ger en session. Om den tar emot e-post visar nästa leverans.
fix-probe-fails = Ett prov direkt efteråt gick inte igenom.

alert-subject-open = E-post väntar: { $path } ({ $code })
alert-subject-closed = E-post går fram igen: { $path }
alert-subject-many = { $count ->
    [one] { $count } väg fungerar inte
   *[other] { $count } vägar fungerar inte
}: nytt om larm
alert-greeting = Detta är { $host }, e-postservern hos { $organization }.
alert-head-open = Larm { $id }: { $path } fungerar inte.
alert-head-closed = Larm { $id } är stängt: { $path } – { $why }.
alert-line-cause = Orsak ({ $confidence }): { $cause }
alert-line-cause-unknown = Orsak: inte känd än. Möjlig: { $cause }
alert-line-cause-none = Orsak: { $cause }
alert-line-also-confirmed = Också bekräftad: { $cause }
alert-line-who = Vem som agerar: { $who }
alert-line-do = Vad som ska göras: { $action }
alert-line-failure = Senaste fel: { $reply }
alert-line-waiting = { $count ->
    [0] Inget väntar på den. Misslyckades först { $since }.
    [one] { $count } mottagare väntar, sedan { $since }
   *[other] { $count } mottagare väntar, sedan { $since }
}
alert-line-evidence = Belägg:
alert-line-remedies = Vad den här servern kan göra (causeway fix plan { $id }):
alert-line-more = { $count ->
    [one] Ytterligare ett larm har ändrats
   *[other] Ytterligare { $count } larm har ändrats
}; se: causeway alert list
alert-footer = Se: causeway alert show { $id }

# Det som vid sidan av störda vägar kräver uppmärksamhet: vad det är, vad som ska göras, vad det bygger på.
notice-mail-loop = E-post till { $subject } går i cirkel
    .do = Följ cirkeln: en av servrarna skickar tillbaka e-posten hit i stället för att leverera den. Rätta anslutningen som leder dit, eller gör { $subject } auktoritativ om alla domänens brevlådor finns här.
notice-unused-connector = Anslutningen ”{ $subject }” befordrar ingen e-post
    .do = Stäng av anslutningen eller ta bort den om den inte behövs längre. Om e-post ska gå den vägen, testa den: causeway test outbound, causeway route explain.
notice-mx-elsewhere = MX-posterna för { $subject } leder inte hit
    .do = Låt MX-posterna för { $subject } hos er DNS-leverantör peka på den här servern. Om e-post ska komma via en annan server först, ange den i expected_mx. Om domänen har flyttat, ta bort den här.
notice-foreign-senders = Våra egna nät sänder som { $subject }, som inte är en godkänd domän
    .do = Om { $subject } är er, godkänn den. Annars, rätta enheterna som sänder så, eller skriv sender_domains i deras post i [relay].addresses: det de sänder under andra namn avvisas då.
notice-certificate-ends = Certifikatet för { $subject } gäller bara till { $ends }
    .do = Förnya certifikatet och dess kedja i filerna som anges i [tls]; de läses om av sig själva.
    .theirs = Be dem som driver servern att förnya dess certifikat. Där anslutningen kontrollerar certifikat väntar e-posten från den dag det upphör.
notice-old-clients = E-postprogram eller enheter försöker logga in utan säker TLS
    .do = Uppdatera programmen eller enheterna, eller ställ in dem på TLS 1.2 eller nyare (STARTTLS på port 587, TLS på port 465). Till dess kan de inte sända: lösenord tas emot bara över en säker anslutning.
notice-queue-grows = Det kommer in mer e-post än det går ut ({ $subject })
    .all = Det kommer in mer e-post än det går ut, på alla vägar tillsammans
    .do = Se vad som kommer in: causeway queue list, causeway trace. Någon kanske sänder för mycket. Om det ska vara så mycket, tillåt vägen fler förbindelser (max_connections), eller be den andra sidan om en högre gräns.
notice-unknown-recipients = Många mottagare som inte finns prövas: { $subject }
    .do = Alla avvisas; inget går förlorat. Om adresserna ser ut som gissningar samlar någon adresser: spärra näten i er brandvägg. Om de har funnits, säg det till avsändaren, eller lägg till brevlådor eller alias.
notice-log-lost = Rader i loggen på { $subject } går förlorade
    .do = E-posten påverkas inte, och vad som hände med varje meddelande finns i spårningen. Skapa utrymme på disken där loggen ligger, eller se efter varför programmet som läser den har stannat.

noted-route = meddelandet hade gått genom { $hops } servrar och gick runt så här: { $route }
noted-sent-by-connector = dess Received-rader nämner { $id }, som den här servern hade sänt ({ $at }) genom anslutningen ”{ $connector }” till { $host }
noted-sent-by-mx = dess Received-rader nämner { $id }, som den här servern hade sänt ({ $at }) enligt MX-posterna till { $host }
noted-there-since = anslutningen ”{ $connector }” har varit i bruk sedan { $at }
noted-last-used = anslutningen ”{ $connector }” befordrade e-post senast { $at }
noted-never-used = anslutningen ”{ $connector }” har inte befordrat någon e-post sedan dess
noted-senders = { $count ->
    [one] { $count } meddelande
   *[other] { $count } meddelanden
} inom ett dygn med en avsändare i { $domain }
noted-client = { $client }: { $count } gånger
noted-old-tls = { $client } erbjuder bara { $offered } ({ $count } gånger)
noted-old-tls-of = { $client } erbjuder bara { $offered } ({ $count } gånger); därifrån loggade { $account } in nyligen
noted-no-tls = { $client } försöker utan TLS ({ $count } gånger)
noted-no-tls-of = { $client } försöker utan TLS ({ $count } gånger); därifrån loggade { $account } in nyligen
noted-certificate = certifikatet som { $holder } visar (för { $names }, från { $issuer }) upphör { $ends }
noted-growth = { $now } mottagare väntar; { $span } tidigare var de { $before }, och { $delivered } meddelanden gick ut under tiden
noted-unknown = { $count ->
    [one] { $count } mottagare som inte finns
   *[other] { $count } mottagare som inte finns
} prövades inom { $span } ({ $subject })
noted-lines-not-read = { $count ->
    [one] { $count } rad fick inte plats, eftersom ingen läser loggen
   *[other] { $count } rader fick inte plats, eftersom ingen läser loggen
}
noted-lines-lost = { $count ->
    [one] { $count } rad kunde inte skrivas
   *[other] { $count } rader kunde inte skrivas
}: { $problem }

remedy-accept-domain = Godkänn domänen { $domain } (auktoritativ)
    .warning = E-post till domänen levereras då här och ingen annanstans: den som inte har en brevlåda här avvisas. Gör det bara när domänen är er, och lägg till dess brevlådor; finns de någon annanstans, gör domänen till internal_relay med en anslutning.
remedy-look-again = Titta igen nu
closing-mended = det är åtgärdat eller har inte setts igen
fix-watched = gjort { $at }; det som kommer härnäst visar om det hjälpte
fix-still-so = gjort { $at }, och det är fortfarande så
alert-subject-over = Över: { $cause }
alert-head-notice = Larm { $id }: { $cause }.
alert-line-since = Sedan: { $since }
