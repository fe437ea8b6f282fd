//! The server side: routes over the store and the running server.
//!
//! [`Api::router`] has everything, for the socket; [`Api::public_router`] has what may be answered
//! over TCP. `listen` says who may connect. Handlers are thin: they read the request, ask the
//! store or [`ServerControl`], and turn the answer into the types of [`crate::types`].
//!
//! In which order to read: this file, `listen`, `extract` (how requests are read and refused),
//! `token` (who comes over TCP), `openapi`, then `queue`, `trace`, `mailbox`, `explain`, `health`, `pages` (how
//! pages are answered), `home`, `clients`, `explain_page`.

mod access;
mod alert;
mod author;
mod clients;
mod dkim;
mod error;
mod explain;
mod explain_page;
mod extract;
mod flow;
mod health;
mod home;
mod listen;
mod mailbox;
mod metrics;
mod openapi;
mod pages;
mod proof;
mod queue;
mod report;
mod token;
mod trace;
mod validate;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get};
use causeway_accounts::tokens::Tokens;
use causeway_store::SharedStore;
use tokio::sync::{Mutex, Semaphore};

use crate::control::ServerControl;
use openapi::Routes;
use utoipa_axum::routes;

pub use access::Access;
pub use listen::{ListenError, SocketListener, TcpApiListener};
pub use openapi::document as openapi_document;

/// What the routes work on. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    inner: Arc<Inner>,
}

struct Inner {
    /// Listings, mailboxes, the ledger.
    store: SharedStore,
    /// Mail that is on its way, explanations, the clock.
    control: Arc<dyn ServerControl>,
    /// Who gets in.
    access: Access,
    /// Who may use the API over TCP.
    tokens: Tokens,
    /// Changes of mailboxes are read-modify-write: one at a time.
    mailbox_changes: Mutex<()>,
    /// Argon2id takes 19 MiB and a core each: at most two at a time.
    hashing: Semaphore,
    /// Keys for signing are made one at a time.
    signing_keys: Mutex<()>,
    /// Answers to help pages are counted one at a time.
    feedback: Mutex<()>,
    /// What is told to monitoring of the ledger.
    proof: proof::Proof,
    /// How many visits to reports' pages are answered.
    page_visits: parking_lot::Mutex<report::Bucket>,
}

impl Api {
    /// The API over a store and a running server.
    #[must_use]
    pub fn new(store: SharedStore, control: Arc<dyn ServerControl>, access: Access) -> Self {
        let inner = Inner {
            tokens: Tokens::new(Arc::clone(&store)),
            store,
            control,
            access,
            mailbox_changes: Mutex::new(()),
            hashing: Semaphore::new(2),
            signing_keys: Mutex::new(()),
            feedback: Mutex::new(()),
            proof: proof::Proof::default(),
            page_visits: parking_lot::Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Every route. Whoever can reach it administers the server.
    pub fn router(&self) -> Router {
        let (routes, _) = routes().split();
        routes
            .fallback(error::no_such_path)
            .method_not_allowed_fallback(error::no_such_method)
            .with_state(self.clone())
    }

    /// What is answered over TCP: everything to requests with a token; to others health without
    /// details (503 when a part is down, so that load balancers understand it) to this machine only,
    /// the page that leads to the others, the settings for mail programs, the page that explains bounces,
    /// and the pages that reports link to.
    pub fn public_router(&self) -> Router {
        let health = Router::new()
            .route("/v1/health", get(health::public_health))
            .route("/health", get(health::public_health))
            .layer(axum::middleware::from_fn(listen::only_this_machine));
        Router::new()
            .route("/.well-known/autoconfig/mail/config-v1.1.xml", get(clients::autoconfig))
            .route("/mail/config-v1.1.xml", get(clients::autoconfig))
            .route("/autodiscover/autodiscover.xml", any(clients::autodiscover))
            .route("/Autodiscover/Autodiscover.xml", any(clients::autodiscover))
            .route("/AutoDiscover/AutoDiscover.xml", any(clients::autodiscover))
            .route("/", get(home::page))
            .route(crate::pages::home::HELP_PATH, get(home::page))
            .route("/settings", get(clients::page))
            .route("/settings/style.css", get(pages::style))
            .route(crate::pages::STYLE_PATH, get(pages::style))
            .route(
                crate::pages::explain::PATH,
                get(explain_page::ask)
                    .post(explain_page::explain)
                    .layer(DefaultBodyLimit::max(explain_page::MAX_FORM)),
            )
            .route("/settings/mail.mobileconfig", get(clients::mobileconfig))
            .route("/report/{token}", get(report::page).post(report::send_again))
            .route("/help/{code}", get(report::help_page).post(report::feedback))
            .merge(health)
            .fallback(token::token_wanted)
            .method_not_allowed_fallback(error::no_such_method)
            .layer(axum::middleware::from_fn_with_state(
                (self.clone(), self.router()),
                token::who_is_there,
            ))
            .with_state(self.clone())
    }
}

/// Every route of the API, with its description.
fn routes() -> Routes {
    Routes::new()
        .with(routes!(queue::list))
        .with(routes!(queue::show))
        .with(routes!(queue::act))
        .with(routes!(report::returned, report::send_again_by_name))
        .with(routes!(report::list_feedback))
        .with(routes!(dkim::list, dkim::add, dkim::remove))
        .with(routes!(trace::list))
        .with(routes!(trace::show))
        .with(routes!(mailbox::list, mailbox::create))
        .with(routes!(mailbox::change, mailbox::remove))
        .with(routes!(mailbox::change_password))
        .with(routes!(access::application_passwords, access::create_application_password))
        .with(routes!(access::revoke_application_password))
        .with(routes!(access::login_locks, access::unlock_logins))
        .with(routes!(access::pop_logins, access::report_pop_login, access::revoke_pop_logins))
        .with(routes!(alert::list))
        .with(routes!(alert::show))
        .with(routes!(alert::close))
        .with(routes!(alert::plan, alert::apply))
        .with(routes!(flow::show))
        .with(routes!(flow::plan))
        .with(routes!(flow::apply))
        .with(routes!(flow::revisions))
        .with(routes!(flow::revision))
        .with(routes!(explain::domains))
        .with(routes!(clients::of_domain))
        .with(routes!(explain::connectors))
        .with(routes!(explain::connector))
        .with(routes!(validate::validate))
        .with(routes!(validate::firewall))
        .with(routes!(validate::run_test))
        .with(routes!(explain::relay))
        .with(routes!(explain::route))
        .with(routes!(token::list, token::create))
        .with(routes!(token::revoke))
        .with(routes!(metrics::show))
        .with(routes!(health::health))
        .with(routes!(health::audit))
        .with(routes!(health::clock))
        .with(routes!(health::advance_clock))
        .with(routes!(openapi::show))
}
