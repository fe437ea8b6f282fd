# Larm om vägar som inte fungerar: belägg ur de egna uppgifterna, hur det gick till, utvägarna och meddelandena
# till administratörer.

known-failure = { $target }: { $reply }
known-no-tls = utan TLS
known-last-success = e-post gick senast fram { $at }, till { $target } ({ $tls })
known-never-worked = så långt uppgifterna räcker har ingen e-post gått fram här
known-changed = revision { $number } av { $author }, { $at }: { $what }
known-nothing-changed = inget har ändrats här på den här vägen sedan { $at }
known-address-changed = e-post gick senast till { $before }; nu försöks { $now }
known-others = { $failing } mål fungerar inte, { $well } tog nyligen emot e-post
known-mailboxes-here = { $count ->
    [one] { $count } postlåda i { $domain } finns på den här servern
   *[other] { $count } postlådor i { $domain } finns på den här servern
}

story-changed-here = Det fungerade till { $worked }. Sedan ändrade revision { $number } ({ $author }, { $at }) den här vägen här: { $what }.
story-worked-until = Det fungerade till { $at }, och inget har ändrats här sedan dess: orsaken finns i andra änden eller på vägen dit.
story-never-worked = Så långt uppgifterna räcker har det aldrig fungerat.
story-everything-fails = Inte heller något annat kan nås ({ $failing } mål fungerar inte): orsaken finns här.

outlook-waiting = Nästa försök görs { $next }. Om inget ändras går det första meddelandet tillbaka till sin avsändare { $returned }.
outlook-next = Nästa försök görs { $next }.
outlook-nothing = Inget väntar på ett nytt försök.
outlook-gone = Det som inte fungerade fungerar nu; nästa försök görs { $next }.

# Utvägar som servern själv kan gå.
remedy-revert = Låt revision { $number } av e-postflödet gälla igen
remedy-correct-smart-host = Sätt smarthosten för anslutningen ”{ $connector }” till { $value }
remedy-correct-port = Sätt smarthosten för anslutningen ”{ $connector }” till { $value }, porten där en e-postserver svarar
remedy-correct-tls-name = Förvänta namnet { $value }, som certifikatet bär, i anslutningen ”{ $connector }”
remedy-make-authoritative = Sätt domänen { $domain } till auktoritativ: alla dess postlådor finns här
remedy-disable-connector = Stäng av anslutningen ”{ $connector }”
remedy-remove-connector = Ta bort anslutningen ”{ $connector }”
remedy-flush-dns = Glöm de DNS-svar som hålls här och försök igen
remedy-retry = Försök igen nu
remedy-lower-tls = Kräv mindre av TLS i anslutningen ”{ $connector }”: { $value }
    .warning = Det gör e-post på den här vägen mindre säker: andra på vägen kan läsa eller ändra den, och vem som tar emot den är inte längre bevisat. Gör det bara när du vet att vägen är säker, och ställ tillbaka det efteråt.

confidence-confirmed = bekräftad
confidence-likely = trolig
confidence-unknown = inte känd

closing-mail-flows = e-post går fram igen
closing-nothing-waits = ingen e-post väntar längre på den här vägen
closing-by-hand = stängt av { $author }

fix-pending = tillämpat { $at }; nästa leverans visar om det hjälpte
fix-helped = tillämpat { $at }, och det hjälpte
fix-did-not-help = tillämpat { $at }, och det hjälpte inte: { $reply }
fix-probe-works = Ett prov direkt efteråt gick igenom: servern tar emot e-post så som anslutningen kräver.
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
alert-line-who = Vem som agerar: { $who }
alert-line-do = Vad som ska göras: { $action }
alert-line-failure = Senaste fel: { $reply }
alert-line-waiting = { $count ->
    [one] { $count } mottagare väntar
   *[other] { $count } mottagare väntar
}, sedan { $since }
alert-line-evidence = Belägg:
alert-line-remedies = Vad den här servern kan göra (causeway fix plan { $id }):
alert-line-more = { $count ->
    [one] Ytterligare ett larm har ändrats
   *[other] Ytterligare { $count } larm har ändrats
}; se: causeway alert list
alert-footer = Se: causeway alert show { $id }
