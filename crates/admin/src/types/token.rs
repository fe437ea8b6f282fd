//! Tokens: who may use the API over TCP.

use causeway_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use causeway_accounts::tokens::{TokenRole, TokenUse};

use crate::password::Password;

/// A token, one element of `GET /v1/tokens`. Its secret is nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenView {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: TokenRole,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it ends; null: not by itself.
    pub expires_at: Option<Timestamp>,
    /// When and from where it was used last; null: never.
    pub last_used: Option<TokenUse>,
}

/// `POST /v1/tokens`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    /// Its name, 1 to 64 characters: whose or what for.
    pub name: String,
    /// What it may do.
    #[serde(default)]
    pub role: TokenRole,
    /// When it ends; absent: not by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// The answer to [`CreateToken`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewTokenAnswer {
    /// The token as it is listed.
    #[serde(flatten)]
    pub view: TokenView,
    /// The secret, in this answer and never again.
    pub token: Password,
}
