//! The description of the API, made from the routes themselves.
//!
//! [`Routes`] is the only way to a route of the API, and takes only those that are described: what is
//! served and what is described cannot differ.

use axum::Router;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, InfoBuilder, License, OpenApi, OpenApiBuilder};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::Api;

/// Routes, each with its description.
pub(super) struct Routes(OpenApiRouter<Api>);

impl Routes {
    pub(super) fn new() -> Self {
        Self(OpenApiRouter::with_openapi(frame()))
    }

    /// Adds what `utoipa_axum::routes!` makes of handlers of one path.
    pub(super) fn with(self, routes: UtoipaMethodRouter<Api>) -> Self {
        Self(self.0.routes(routes))
    }

    /// What is served, and its description.
    pub(super) fn split(self) -> (Router<Api>, OpenApi) {
        self.0.split_for_parts()
    }
}

/// Everything but the routes.
fn frame() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Causeway")
        .version(env!("CARGO_PKG_VERSION"))
        .license(Some(License::new("MIT OR Apache-2.0")))
        .description(Some(
            "The API over which the command line, and whoever else administers the server, talks to \
             it: on the unix socket causeway.sock in the data directory (root and the server's own \
             user), and on admin listeners with a token (`causeway token add NAME`). Every answer \
             that is not a success has the form of ErrorBody. Times are RFC 3339 in UTC. Plans, \
             alerts and the explanations of routes and relaying come in the language of \
             `Accept-Language` (en, de, nl, sv; else English) or of the request's own `language`. \
             Refusals of requests, problems of the configuration and what the history has recorded \
             are in English. Field names never change.",
        ))
        .build();
    let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let components =
        ComponentsBuilder::new().security_scheme("token", SecurityScheme::Http(token)).build();
    let requirement =
        utoipa::openapi::security::SecurityRequirement::new("token", Vec::<String>::new());
    OpenApiBuilder::new()
        .info(info)
        .components(Some(components))
        .security(Some([requirement]))
        .build()
}

/// The OpenAPI document (3.1) of this version's API.
#[must_use]
pub fn document() -> OpenApi {
    super::routes().split().1
}

/// The description of this API, as OpenAPI 3.1.
#[utoipa::path(get, path = "/openapi.json", tag = "service", responses(
    (status = 200, body = serde_json::Value)))]
pub(super) async fn show() -> axum::Json<OpenApi> {
    axum::Json(document())
}
