//! The server side: routes over the store and the running server.
//!
//! [`Api::router`] has everything, for the socket; [`Api::public_router`] has what may be answered
//! over TCP. `listen` says who may connect. Handlers are thin: they read the request, ask the
//! store or [`ServerControl`], and turn the answer into the types of [`crate::types`].
//!
//! In which order to read: this file, `listen`, `extract` (how requests are read and refused),
//! then `queue`, `trace`, `mailbox`, `explain`, `health`, `pages` (how pages are answered), `clients`.

mod access;
mod author;
mod clients;
mod error;
mod explain;
mod extract;
mod flow;
mod health;
mod listen;
mod mailbox;
mod pages;
mod queue;
mod trace;
mod validate;

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, delete, get, patch, post, put};
use causeway_store::SharedStore;
use tokio::sync::{Mutex, Semaphore};

use crate::control::ServerControl;

pub use access::Access;
pub use listen::{ListenError, LoopbackListener, SocketListener};

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
    /// Changes of mailboxes are read-modify-write: one at a time.
    mailbox_changes: Mutex<()>,
    /// Argon2id takes 19 MiB and a core each: at most two at a time.
    hashing: Semaphore,
}

impl Api {
    /// The API over a store and a running server.
    #[must_use]
    pub fn new(store: SharedStore, control: Arc<dyn ServerControl>, access: Access) -> Self {
        let inner = Inner {
            store,
            control,
            access,
            mailbox_changes: Mutex::new(()),
            hashing: Semaphore::new(2),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Every route. Whoever can reach it administers the server.
    pub fn router(&self) -> Router {
        Router::new()
            .route("/v1/queue", get(queue::list))
            .route("/v1/queue/{id}", get(queue::show).post(queue::act))
            .route("/v1/trace", get(trace::list))
            .route("/v1/trace/{id}", get(trace::show))
            .route("/v1/mailboxes", get(mailbox::list).post(mailbox::create))
            .route("/v1/mailboxes/{address}", patch(mailbox::change).delete(mailbox::remove))
            .route("/v1/mailboxes/{address}/password", put(mailbox::change_password))
            .route(
                "/v1/mailboxes/{address}/application-passwords",
                get(access::application_passwords).post(access::create_application_password),
            )
            .route(
                "/v1/mailboxes/{address}/application-passwords/{name}",
                delete(access::revoke_application_password),
            )
            .route("/v1/login-locks", get(access::login_locks).delete(access::unlock_logins))
            .route(
                "/v1/pop-logins",
                get(access::pop_logins)
                    .post(access::report_pop_login)
                    .delete(access::revoke_pop_logins),
            )
            .route("/v1/flow", get(flow::show))
            .route("/v1/flow/plan", post(flow::plan))
            .route("/v1/flow/apply", post(flow::apply))
            .route("/v1/flow/revisions", get(flow::revisions))
            .route("/v1/flow/revisions/{number}", get(flow::revision))
            .route("/v1/domains", get(explain::domains))
            .route("/v1/domains/{domain}/clients", get(clients::of_domain))
            .route("/v1/connectors", get(explain::connectors))
            .route("/v1/connectors/{name}", get(explain::connector))
            .route("/v1/connectors/{name}/validate", post(validate::validate))
            .route("/v1/firewall", get(validate::firewall))
            .route("/v1/relay/explain", get(explain::relay))
            .route("/v1/route/explain", get(explain::route))
            .route("/v1/health", get(health::health))
            .route("/v1/audit", get(health::audit))
            .route("/v1/clock", get(health::clock))
            .route("/v1/test/clock", post(health::advance_clock))
            .fallback(error::no_such_path)
            .method_not_allowed_fallback(error::no_such_method)
            .with_state(self.clone())
    }

    /// What is answered over TCP: health without details (503 when a part is down, so that load
    /// balancers understand it) to this machine only, and the settings for mail programs.
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
            .route("/settings", get(clients::page))
            .route("/settings/style.css", get(pages::style))
            .route(crate::pages::STYLE_PATH, get(pages::style))
            .route("/settings/mail.mobileconfig", get(clients::mobileconfig))
            .merge(health)
            .fallback(error::no_such_path)
            .method_not_allowed_fallback(error::no_such_method)
            .with_state(self.clone())
    }
}
