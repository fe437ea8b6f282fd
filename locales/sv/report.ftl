# Rapporter till avsändare: inte levererat, försenat, levererat, lämnat vidare.

from-name = E-postleverans, { $organization }
subject-failed = Inte levererat: { $subject }
subject-delayed = Försenat: { $subject }
subject-delivered = Levererat: { $subject }
subject-relayed = Lämnat vidare: { $subject }
subject-expanded = Distribuerat: { $subject }
subject-failed-report = Rapporten har inte levererats: { $subject }
subject-none = (inget ämne)

headline-failed-one = Ditt meddelande till { $recipient } kunde inte levereras.
headline-failed-many = Ditt meddelande kunde inte levereras till { $count } mottagare.
headline-failed-report = En rapport till { $recipient } kunde inte levereras.
headline-delayed-one = Ditt meddelande till { $recipient } är försenat.
headline-delayed-many = Ditt meddelande till { $count } mottagare är försenat.
headline-delivered-one = Ditt meddelande till { $recipient } har levererats.
headline-delivered-many = Ditt meddelande har levererats till { $count } mottagare.
headline-relayed-one = Ditt meddelande till { $recipient } har lämnats till nästa server.
headline-relayed-many = Ditt meddelande har lämnats till nästa server för { $count } mottagare.
headline-expanded-one = Ditt meddelande till { $recipient } har distribuerats.
headline-expanded-many = Ditt meddelande till { $count } distributionsadresser har distribuerats.

lead-report = Med den här rapporten ville vår e-postserver berätta för en avsändare vad som har hänt med ett meddelande. Avsändaren vet nu inget om det; rapporten bifogas. Om du känner avsändaren, för den vidare på annat sätt. Är avsändaradressen påhittad, vilket är vanligt i skräppost, behöver ingenting göras.
lead-delayed = Du behöver inte skicka det igen: vi fortsätter försöka till { $moment }.
lead-held = Du behöver inte skicka det igen: en administratör bestämmer om det. Utan beslut får du tillbaka det { $moment }.
lead-next-attempt = Nästa försök görs { $moment }.
lead-if-never = Om det inte har kunnat levereras till dess får du en ny rapport.
lead-delivered = Det ligger i brevlådan. Du hade bett om den här bekräftelsen; den säger inte att meddelandet har lästs.
lead-relayed = Nästa server har tagit emot det men bekräftar inte leveranser, så ingen bekräftelse följer. Om den servern inte kan leverera meddelandet bör den meddela dig.
lead-expanded = Adressen står för flera mottagare och meddelandet har lämnats vidare till dem. Ingen bekräftelse följer för de enskilda mottagarna.

verdict-queued = { $attempts ->
    [one] Vi har försökt en gång hittills.
   *[other] Vi har försökt { $attempts } gånger hittills, under { $span }.
}
verdict-expired = { $attempts ->
    [0] Tiden för leveransen har gått ut.
    [one] Vi försökte en gång, tiden för leveransen har gått ut, och vi försöker inte längre.
   *[other] Vi försökte { $attempts } gånger under { $span } och försöker inte längre.
}
verdict-final = Detta är slutgiltigt: så länge inget ändras skulle samma meddelande misslyckas igen.
verdict-returned = Fler försök görs inte. Du kan skicka meddelandet igen; administratören vet om det är någon idé nu.

move-sender = Du kan lösa det här själv.
move-sender-admin = Din e-postadministratör behöver agera.
move-recipient = Mottagaren behöver agera.
move-recipient-admin = Administratören för mottagarens e-postsystem behöver agera.
move-partner-admin = Administratören för servern i andra änden behöver agera.
move-service = Vi behöver agera: administratörerna för e-postservern hos { $organization }.
move-nobody = Ingen behöver göra något; det räcker att vänta.
move-not-tested = Det är vår gissning; de möjliga orsakerna, som står längre ned för administratörer, har inte prövats.
move-not-settled = Det är vår gissning: det som har prövats, och som står längre ned för administratörer, avgör det inte.
party-sender = Du
party-service = { $organization }
party-acts = behöver agera

problem-name-unknown = E-postdomänen { $domain }, eller servern som ansvarar för den, finns inte i internets namnkatalog (DNS).
problem-name-trouble = Internets namnkatalog (DNS) ger inget användbart svar på vart e-post till { $domain } ska gå.
problem-takes-no-mail = { $domain } har förklarat att den inte tar emot någon e-post.
problem-no-connection = E-postservern för { $domain } svarar inte.
problem-refused = E-postservern för { $domain } avvisar våra anslutningar.
problem-no-service = E-postservern för { $domain } går att nå men erbjuder inte sin tjänst för tillfället.
problem-no-tls = En säker anslutning till e-postservern för { $domain } krävs men kan inte upprättas.
problem-certificate = E-postservern för { $domain } kan inte styrka sin identitet: dess certifikat är inte giltigt.
problem-broken = Anslutningen till e-postservern för { $domain } bryts innan meddelandet har lämnats över.
problem-login = E-postservern för { $domain } tar emot e-post först efter inloggning, och vår inloggning där lyckas inte.
problem-loop = Meddelandet skulle gå runt mellan e-postservrar i stället för att nå { $domain }.
problem-no-route = Det finns ingen brevlåda med den här adressen här, och ingen väg är inställd till den server där den skulle kunna finnas.
problem-user-unknown = Adressen finns inte hos { $domain }.
problem-moved = Mottagarens brevlåda har fått en annan adress.
problem-mailbox-disabled = Mottagarens brevlåda är avstängd.
problem-mailbox-full = Mottagarens brevlåda är full.
problem-too-big = Meddelandet är för stort för mottagarens e-postserver.
problem-too-big-limit = Meddelandet är för stort: det är { $size }, och mottagarens e-postserver tar emot högst { $limit }.
problem-unsupported = Meddelandet använder något som e-postservern för { $domain } inte stöder, till exempel å, ä eller ö i en adress.
problem-relay-denied = Den e-postserver som vi hänvisades till tar inte emot e-post för { $domain }.
problem-too-many-recipients = Meddelandet har fler mottagare än e-postservern för { $domain } tar emot på en gång.
problem-spam = E-postservern för { $domain } bedömde meddelandet som skräppost och avvisade det.
problem-virus = E-postservern för { $domain } hittade skadlig programvara i meddelandet och avvisade det.
problem-content = E-postservern för { $domain } avvisade meddelandet på grund av dess innehåll eller form.
problem-blocked = E-postservern för { $domain } litar inte på vår e-postserver eller din domän och avvisade meddelandet.
problem-sender-refused = E-postservern för { $domain } tar inte emot e-post från din adress.
problem-policy = En regel hos mottagarens organisation förbjuder leveransen.
problem-later = E-postservern för { $domain } ber oss gång på gång att återkomma senare.
problem-server-trouble = E-postservern för { $domain } har problem och kan inte ta emot meddelandet för tillfället.
problem-other = E-postservern för { $domain } avvisade meddelandet. Svaret återges ordagrant längre ned.
problem-ours = Ett fel på vår egen e-postserver hindrar leveransen.
problem-returned = En administratör för vår e-postserver avbröt leveransen av meddelandet.
problem-held = Vår e-postserver höll kvar det här meddelandet när det kom in, för att en administratör ska titta på det.
problem-forward-limit = Mottagarens brevlåda vidarebefordrar sin post och har den här timmen vidarebefordrat så mycket som den får.
problem-not-tried = Meddelandet väntade på vår e-postserver, och dess tid gick ut innan något leveransförsök hade gjorts.

step-wait = Gör ingenting: nya leveransförsök görs automatiskt.
step-wait-for-decision = Vänta på beslutet: du behöver inte skicka meddelandet igen.
step-other-way = Om det är bråttom, kontakta mottagaren på annat sätt, till exempel per telefon.
step-check-domain = Kontrollera delen av adressen efter snabel-a (@) bokstav för bokstav. Är den felstavad, skicka meddelandet till rätt adress.
step-check-address = Kontrollera adressen bokstav för bokstav. Är den felstavad, skicka meddelandet till rätt adress.
step-drop-suggestion = Skriv adressen på nytt i stället för att ta programmets förslag; sparade adresser kan vara inaktuella.
step-ask-recipient = Fråga mottagaren, till exempel per telefon, vilken adress som gäller.
step-send-again-later = Skicka meddelandet igen om några timmar eller nästa arbetsdag.
step-send-again-when-told = Skicka meddelandet igen när administratören säger att felet är avhjälpt.
step-tell-recipient = Kontakta mottagaren på annat sätt och be mottagaren lämna den här rapporten till sin administratör.
step-tell-recipient-full = Tala om för mottagaren på annat sätt att brevlådan är full.
step-tell-own-administrator = Ge den här rapporten till administratören för din egen e-postdomän.
step-ask-postmaster = Be { $postmaster } om hjälp och bifoga den här rapporten.
step-use-new-address = Använd den nya adressen, om serverns svar längre ned anger den.
step-make-smaller = Gör meddelandet mindre: utelämna bilagor, komprimera dem eller dela upp dem på flera meddelanden.
step-send-link = Eller lägg filerna på en delad plats och skicka en länk.
step-plain-address = Har mottagaren en adress med enbart bokstäverna A till Z, använd den.
step-fewer-recipients = Skicka meddelandet i flera delar till färre mottagare åt gången.
step-change-content = Formulera om meddelandet och utelämna länkar och bilagor som kan undvaras; skicka det sedan igen.
step-scan-computer = Låt söka igenom datorn och bilagan efter skadlig programvara innan du skickar något annat.
step-check-own-address = Kontrollera att avsändaradressen i ditt e-postprogram är din egen och rätt stavad.
step-read-answer = Läs serverns svar längre ned; det anger ofta skälet.

# Stands at the top of a report in two languages, in the second one.
language-below = På svenska: se nedan.

heading-message = Ditt meddelande
heading-steps = Vad du kan göra
heading-admin = För administratörer
heading-attempts = Försök
heading-causes = Möjliga orsaker
heading-causes-found = Orsaker
heading-hops = Meddelandets väg hittills
causes-not-tested = De här orsakerna är kända för felet. De har inte prövats för det här meddelandet.
cause-confirmed = Bekräftad: { $cause }
cause-ruled-out = Utesluten: { $cause }
cause-act = Den som behöver agera är { $who }: { $action }

label-subject = Ämne
label-received = Mottaget här
label-generating-server = Rapport från
label-queue-id = Kö-id
label-sender = Avsändare
label-size = Storlek
label-expires = Återsänds efter
label-next-attempt = Nästa försök
label-code = Kod
label-target = Målserver
label-connector = Anslutning
label-answer = Serverns svar, ordagrant
label-finding = Vad som hände
label-stage = Misslyckades
label-tls = TLS
label-attempts = Försök
label-first-attempt = Första försöket
label-last-attempt = Senaste försöket
label-returned = Återsänt av en administratör
label-time = Tid (UTC)
label-result = Resultat
label-from = Från
label-by = Till
label-with = Med
label-delay = Tidsåtgång

attempts-left-out = { $count ->
    [one] Ett försök däremellan visas inte.
   *[other] { $count } försök däremellan visas inte.
}
more-recipients = och { $count } till
local-mailbox = brevlåda på den här servern
note-header-only = Det ursprungliga meddelandet är { $size }. Endast dess brevhuvud är bifogat.
page-link = Om orsaken kvarstår, och hur du skickar meddelandet igen:
help-link = Hjälp med den här rapporten:
help-admin-link = Hjälp om den här koden för administratörer:
contact = Frågor om den här rapporten: { $postmaster }

# Listan över post som hålls kvar, för administratörer.
held-subject = { $count ->
    [one] { $count } meddelande hålls kvar
   *[other] { $count } meddelanden hålls kvar
}
held-lead = { $count ->
    [one] { $count } meddelande hölls kvar när det kom in och väntar på ditt beslut.
   *[other] { $count } meddelanden hölls kvar när de kom in och väntar på ditt beslut.
}
held-reason = Skäl: { $reason }
held-until = Utan beslut återsänds det till avsändaren { $moment }.
held-more = … och { $count } till.
held-what-to-do = Titta på dem och släpp eller återsänd dem sedan:
