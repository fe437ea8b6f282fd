# Meldingen over gestoorde wegen: bewijs uit de eigen registratie, hoe het zo kwam, de uitwegen en de
# berichten aan beheerders.

known-failure = { $target }: { $reply }
known-no-tls = zonder TLS
known-last-success = op { $at } ging voor het laatst mail door, naar { $target } ({ $tls })
known-never-worked = voor zover de registratie reikt, is hier nooit mail doorgegaan
known-changed = revisie { $number } van { $author }, { $at }: { $what }
known-nothing-changed = aan deze weg is hier sinds { $at } niets veranderd
known-address-changed = mail ging voor het laatst naar { $before }; nu wordt { $now } geprobeerd
known-others = { $failing } bestemmingen zijn gestoord, { $well } namen onlangs mail aan
known-mailboxes-here = { $count ->
    [one] { $count } mailbox van { $domain } staat op deze server
   *[other] { $count } mailboxen van { $domain } staan op deze server
}

story-changed-here = Het werkte tot { $worked }. Toen veranderde revisie { $number } ({ $author }, { $at }) deze weg hier: { $what }.
story-worked-until = Het werkte tot { $at }, en hier is sindsdien niets veranderd: de reden ligt aan de andere kant of onderweg.
story-never-worked = Voor zover de registratie reikt, heeft het nooit gewerkt.
story-everything-fails = Ook verder is niets bereikbaar ({ $failing } bestemmingen zijn gestoord): de reden ligt hier.

outlook-waiting = De volgende poging is op { $next }. Als er niets verandert, gaat het eerste bericht op { $returned } terug naar de afzender.
outlook-next = De volgende poging is op { $next }.
outlook-nothing = Niets wacht op een volgende poging.
outlook-gone = Wat gestoord was, werkt inmiddels; de volgende poging is op { $next }.

# Uitwegen die de server zelf kan gaan.
remedy-revert = Revisie { $number } van de mailstroom weer van kracht maken
remedy-correct-smart-host = De smarthost van de connector “{ $connector }” op { $value } zetten
remedy-correct-port = De smarthost van de connector “{ $connector }” op { $value } zetten, de poort waarop een mailserver antwoordt
remedy-correct-tls-name = In de connector “{ $connector }” de naam { $value } verwachten, die het certificaat draagt
remedy-make-authoritative = Het domein { $domain } op gezaghebbend zetten: alle mailboxen ervan zijn hier
remedy-disable-connector = De connector “{ $connector }” uitschakelen
remedy-remove-connector = De connector “{ $connector }” verwijderen
remedy-flush-dns = De hier bewaarde DNS-antwoorden vergeten en opnieuw proberen
remedy-retry = Nu opnieuw proberen
remedy-lower-tls = In de connector “{ $connector }” minder van TLS eisen: { $value }
    .warning = Dit maakt mail op deze weg onveiliger: anderen onderweg kunnen haar lezen of veranderen, en wie haar ontvangt is niet meer bewezen. Doe het alleen als u weet dat de weg veilig is, en zet het daarna terug.

confidence-confirmed = bevestigd
confidence-likely = waarschijnlijk
confidence-unknown = niet bekend

closing-mail-flows = er gaat weer mail door
closing-nothing-waits = er wacht geen mail meer op deze weg
closing-by-hand = gesloten door { $author }

fix-pending = toegepast op { $at }; de volgende bezorging toont of het hielp
fix-helped = toegepast op { $at }, en het hielp
fix-did-not-help = toegepast op { $at }, en het hielp niet: { $reply }
fix-probe-works = Een proef direct daarna kwam door: de server neemt mail aan zoals de connector eist.
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
alert-line-who = Wie aan zet is: { $who }
alert-line-do = Wat te doen is: { $action }
alert-line-failure = Laatste fout: { $reply }
alert-line-waiting = { $count ->
    [one] { $count } ontvanger wacht
   *[other] { $count } ontvangers wachten
}, sinds { $since }
alert-line-evidence = Bewijs:
alert-line-remedies = Wat deze server kan doen (causeway fix plan { $id }):
alert-line-more = { $count ->
    [one] Nog één melding is veranderd
   *[other] Nog { $count } meldingen zijn veranderd
}; zie: causeway alert list
alert-footer = Zie: causeway alert show { $id }
