//! Remedies, done: shown as a plan of the mail flow, applied like any other change, watched until the next
//! delivery tells whether it helped.

use std::sync::Arc;
use std::time::Duration;

use causeway_admin::types::{FixAnswer, FixPlan, FixRequest, Plan, PlanAnswer};
use causeway_admin::{ControlError, FlowChange};
use causeway_catalog::Texts;
use causeway_catalog::causes::remedy::Remedy;
use causeway_insight::alert::view::{AlertView, CheckView, RemedyView};
use causeway_insight::alert::{Alert, Checked, Closing, Fix, Outcome};
use causeway_insight::remedy::{Offer, edited};
use causeway_insight::verify::{Way, can_tell, verify};
use causeway_insight::watch::Watch;
use causeway_model::Domain;
use causeway_model::config::{Host, Language, OutboundRoute, SmartHost, TlsLevel};

use super::by_mx::{NoWay, no_way};
use crate::serve::{Server, flow};

/// So long an answer waits for the next delivery.
const WATCHED: Duration = Duration::from_secs(15);

/// The alert, which must be open, or closed by hand while its path still fails.
fn open_alert(watch: &Watch, id: u64) -> Result<Alert, ControlError> {
    let alert = watch.alert(id);
    let alert = alert.ok_or(ControlError::NoSuchAlert(id))?;
    let by_hand = matches!(alert.closed, Some((_, Closing::ByHand { .. })));
    if alert.is_open()
        || by_hand && watch.alert_of(&alert.path).is_none() && watch.still_failing(id).is_some()
    {
        return Ok(alert);
    }
    Err(ControlError::Refused {
        what: format!("alert {id} is closed: there is nothing to fix"),
        instead: "see `causeway alert list --open` for what fails now".into(),
    })
}

/// A remedy, rehearsed.
struct Rehearsed<'a> {
    offer: &'a Offer,
    /// The mail flow that it comes to, and what that would do; `None` when it changes no configuration.
    change: Option<(String, PlanAnswer)>,
    /// It takes a connector away without which mail has no way.
    no_way: Option<NoWay>,
}

impl Rehearsed<'_> {
    /// Whether it takes nothing away (mail that would be returned or has no way, recipients that would be refused), gives nobody
    /// a right and asks for no thought first. Anything else is done only when it is named.
    fn is_harmless(&self) -> bool {
        let harms = |answer: &PlanAnswer| {
            let effects = &answer.plan.effects;
            answer.plan.refused.is_some()
                || !answer.errors.is_empty()
                || effects.iter().any(|effect| effect.kind.is_loss() || effect.kind.is_gain())
        };
        !self.offer.needs_naming()
            && self.no_way.is_none()
            && !self.change.as_ref().is_some_and(|(_, answer)| harms(answer))
    }
}

async fn rehearsed<'a>(
    server: &Arc<Server>,
    alert: &Alert,
    offer: &'a Offer,
    in_force: &str,
) -> Result<Rehearsed<'a>, ControlError> {
    let change = match proposal(server, offer, in_force).await? {
        None => None,
        Some(text) => {
            let answer = flow::plan(server, text.clone()).await?;
            Some((text, answer))
        }
    };
    let no_way = match offer.remedy() {
        Some(Remedy::DisableConnector | Remedy::RemoveConnector) => no_way(server, alert).await,
        _ => None,
    };
    Ok(Rehearsed { offer, change, no_way })
}

/// The remedy that is asked for, or else the first harmless one.
async fn chosen<'a>(
    server: &Arc<Server>,
    alert: &'a Alert,
    remedy: Option<&str>,
    in_force: &str,
) -> Result<Rehearsed<'a>, ControlError> {
    let what = match remedy {
        Some(id) => {
            if let Some(offer) = alert.offers.iter().find(|offer| offer.id == id) {
                return rehearsed(server, alert, offer, in_force).await;
            }
            format!("alert {} has no remedy {id:?}", alert.id)
        }
        None => {
            if let Some(best) = first_harmless(server, alert, in_force).await {
                return Ok(best);
            }
            format!("every remedy of alert {} has to be named", alert.id)
        }
    };
    let known: Vec<&str> = alert.offers.iter().map(|offer| offer.id.as_str()).collect();
    let instead = match known.is_empty() {
        true => "wait until the diagnosis is made: `causeway alert show` has it".to_owned(),
        false => format!("choose one of: {}", known.join(", ")),
    };
    Err(ControlError::Refused { what, instead })
}

/// One that cannot be rehearsed is not harmless, and one that has to be named need not be rehearsed.
async fn first_harmless<'a>(
    server: &Arc<Server>,
    alert: &'a Alert,
    in_force: &str,
) -> Option<Rehearsed<'a>> {
    for offer in alert.offers.iter().filter(|offer| !offer.needs_naming()) {
        match rehearsed(server, alert, offer, in_force).await {
            Ok(one) if one.is_harmless() => return Some(one),
            _ => {}
        }
    }
    None
}

/// A change of the mail flow in force that a remedy stands for; `None` when it changes no configuration.
async fn proposal(
    server: &Server,
    offer: &Offer,
    in_force: &str,
) -> Result<Option<String>, ControlError> {
    match offer.remedy() {
        Some(Remedy::Retry | Remedy::FlushDns | Remedy::LookAgain) | None => Ok(None),
        Some(Remedy::Revert) => {
            let number = offer.revision.unwrap_or(0);
            let revision = server.store.revision(Some(number)).await?;
            let revision = revision.ok_or_else(|| ControlError::Conflict {
                what: format!("there is no revision {number}"),
                instead: "see `causeway alert show` for the remedies that there are now".into(),
            })?;
            Ok(Some(revision.text))
        }
        Some(_) => edited(offer, in_force).map(Some).map_err(|error| ControlError::Refused {
            what: error.to_string(),
            instead: "the mail flow was changed meanwhile: see `causeway alert show` again".into(),
        }),
    }
}

/// A plan that changes nothing.
fn no_change() -> Plan {
    Plan { changes: Vec::new(), effects: Vec::new(), refused: None, can_be_forced: false }
}

/// What a remedy would do.
pub(crate) async fn fix_plan(
    (server, watch): (&Arc<Server>, &Watch),
    id: u64,
    remedy: Option<String>,
    language: Option<Language>,
) -> Result<FixPlan, ControlError> {
    let texts = Texts::get(language.unwrap_or(Language::En));
    let alert = open_alert(watch, id)?;
    let view = flow::view(server);
    let (in_force, revision) = (view.text.as_str(), view.revision);
    let best = match (&remedy, alert.offers.first()) {
        // Shown is the first one, too, when none is harmless.
        (None, Some(first)) => match first_harmless(server, &alert, in_force).await {
            Some(best) => best,
            None => rehearsed(server, &alert, first, in_force).await?,
        },
        _ => chosen(server, &alert, remedy.as_deref(), in_force).await?,
    };
    let named_only = !best.is_harmless();
    let Rehearsed { offer, change, no_way } = best;
    let mut remedy = RemedyView::of(offer, texts);
    remedy.warning = no_way.map(|no_way| no_way.say(texts)).or(remedy.warning);
    let answer = match change {
        Some((_, answer)) => answer.speak(texts.language()),
        None => PlanAnswer {
            plan: no_change(),
            base: revision,
            warnings: Vec::new(),
            errors: Vec::new(),
            file_differs: None,
        },
    };
    Ok(FixPlan {
        alert: id,
        remedy,
        others: alert
            .offers
            .iter()
            .filter(|other| other.id != offer.id)
            .map(|other| RemedyView::of(other, texts))
            .collect(),
        named_only,
        plan: answer,
    })
}

/// Does it, and waits a while for the next delivery.
pub(crate) async fn fix_apply(
    (server, watch): (&Arc<Server>, &Watch),
    id: u64,
    request: FixRequest,
    author: String,
) -> Result<FixAnswer, ControlError> {
    let language = request.language.unwrap_or(Language::En);
    let texts = Texts::get(language);
    let alert = open_alert(watch, id)?;
    // The text that is edited and the number that it is checked by are of one moment.
    let in_force = flow::view(server);
    let Rehearsed { offer, change, .. } =
        chosen(server, &alert, request.remedy.as_deref(), &in_force.text).await?;
    let remedy = RemedyView::of(offer, texts);
    // Attempts that begin from here on tell whether it helped, or from when the change is in force.
    let mut at = server.dispatch.now();
    let mut answer = FixAnswer {
        alert: id,
        remedy,
        applied: false,
        revision: None,
        plan: no_change(),
        outcome: "pending".into(),
        detail: String::new(),
        checked: None,
    };
    if let Some((text, _)) = change {
        let change = FlowChange {
            text,
            base: request.base.unwrap_or(in_force.revision),
            reason: reason(id, offer, &request.reason),
            force: request.force,
            author: author.clone(),
        };
        let applied = flow::apply(server, change).await?;
        answer.plan = applied.plan.speak(language);
        if !applied.applied {
            answer.outcome = "refused".into();
            answer.detail = answer.plan.refused.clone().unwrap_or_default().into();
            return Ok(answer);
        }
        answer.revision = Some(applied.revision);
        at = at.max(flow::in_force_since(server));
    }
    answer.applied = true;
    let fix = Fix {
        offer: offer.clone(),
        at,
        author,
        revision: answer.revision,
        checked: None,
        outcome: Outcome::Pending,
    };
    // Something is done about it: what was closed by hand is watched again.
    watch.reopen(id).await;
    let place = watch.fixed(id, fix).await.unwrap_or(0);
    try_again(server, offer, &alert.path);
    let ((), checked) = tokio::join!(
        outcome(watch, (id, place), texts, &mut answer),
        check(server, watch, &alert, place)
    );
    answer.checked = checked.map(|checked| CheckView::of(&checked, texts));
    Ok(answer)
}

/// What stands in the history of revisions as the reason of the change.
fn reason(id: u64, offer: &Offer, given: &str) -> String {
    let title = offer.title(Texts::get(Language::En));
    match given.is_empty() {
        true => format!("alert {id}: {title}"),
        false => format!("alert {id}: {title}; {given}"),
    }
}

/// What a remedy does that changes no configuration. A change has its mail tried again by itself.
fn try_again(server: &Server, offer: &Offer, path: &str) {
    match offer.remedy() {
        Some(Remedy::FlushDns) => {
            server.dispatch.forget_names();
            server.dispatch.retry_path(path);
        }
        Some(Remedy::Retry) => {
            server.dispatch.retry_path(path);
        }
        Some(Remedy::LookAgain) => {
            server.dispatch.forget_names();
            server.notices.look_again();
        }
        _ => {}
    }
}

/// Asks the network at once whether the path works now. `None` where mail does not go that way any more, and
/// where a session without a message would show nothing.
async fn check(server: &Server, watch: &Watch, alert: &Alert, place: usize) -> Option<Checked> {
    let way = way(server, alert)?;
    let checked = verify(&server.prober, &way).await;
    watch.checked(alert.id, place, checked.clone()).await;
    Some(checked)
}

/// Where mail of the path goes by the configuration in force.
fn way(server: &Server, alert: &Alert) -> Option<Way> {
    // A notice is about no path.
    let attempt = alert.attempt.as_ref().filter(|attempt| can_tell(attempt))?;
    // The host that was tried, by whatever address its name has now.
    let tried = || -> Option<SmartHost> {
        let address = attempt.address?;
        let name = attempt.host.as_deref().and_then(|host| Domain::parse(host).ok());
        let host = name.map_or(Host::Address(address.ip()), Host::Name);
        Some(SmartHost { host, port: address.port() })
    };
    let Some(name) = &attempt.connector else {
        let (hosts, level) = (vec![tried()?], TlsLevel::Opportunistic);
        return Some(Way { hosts, level, expected_name: None, connector: false });
    };
    let policy = server.policy.load();
    let connector = policy.outbound_connector(name).filter(|connector| connector.enabled)?;
    let hosts = match &connector.route {
        OutboundRoute::SmartHosts(groups) => groups.iter().flatten().cloned().collect(),
        OutboundRoute::Mx => vec![tried()?],
    };
    let expected_name = connector.tls_domain.clone();
    Some(Way { hosts, level: connector.tls, expected_name, connector: true })
}

/// Waits until the next delivery has told, or for a while.
async fn outcome(watch: &Watch, (id, place): (u64, usize), texts: &Texts, answer: &mut FixAnswer) {
    let deadline = tokio::time::Instant::now() + WATCHED;
    loop {
        let view = watch.alert(id).map(|alert| AlertView::of(&alert, texts));
        if let Some(fix) = view.and_then(|view| view.fixes.get(place).cloned()) {
            answer.outcome = fix.outcome;
            answer.detail = fix.detail;
        }
        if answer.outcome != "pending" || tokio::time::Instant::now() >= deadline {
            return;
        }
        // The change may come between the look and the wait: never for long.
        let _ = tokio::time::timeout(Duration::from_millis(200), watch.next_change()).await;
    }
}
