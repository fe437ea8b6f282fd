//! Application passwords, locks, and POP-before-SMTP.

use std::net::IpAddr;

use causeway_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::password::Password;

/// An application password of a mailbox, one element of
/// `GET /v1/mailboxes/ADDRESS/application-passwords`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApplicationPasswordView {
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was used last, to within five minutes; absent: never.
    pub last_used: Option<PasswordUse>,
}

/// When and where a password was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasswordUse {
    /// When.
    pub at: Timestamp,
    /// From where.
    #[schema(value_type = String)]
    pub client: IpAddr,
    /// `submission` or `pop3`.
    pub service: String,
}

/// `POST /v1/mailboxes/ADDRESS/application-passwords`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateApplicationPassword {
    /// What it is for; 1 to 64 characters, unlike the others of the mailbox.
    pub name: String,
}

/// The answer to [`CreateApplicationPassword`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewApplicationPassword {
    /// What it is for.
    pub name: String,
    /// The password, in this answer and never again.
    pub password: Password,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A lock after too many wrong passwords, one element of `GET /v1/login-locks`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoginLock {
    /// The name that is locked; absent: every name.
    pub user: Option<String>,
    /// The address that is locked; absent: every one at which the user never logged in.
    #[schema(value_type = Option<String>)]
    pub address: Option<IpAddr>,
    /// Wrong passwords that were counted.
    pub failures: u32,
    /// Until when.
    pub until: Timestamp,
}

/// `DELETE /v1/login-locks`: which. At least one of the three.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct UnlockLogins {
    /// Those of this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Those of this address (for IPv6: of its /64).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub address: Option<IpAddr>,
    /// All.
    pub all: bool,
}

/// How many things came to an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ended {
    /// How many.
    pub ended: u64,
}

/// A POP3 login that still entitles its address to relay, one element of `GET /v1/pop-logins`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PopLoginView {
    /// The address.
    #[schema(value_type = String)]
    pub client: IpAddr,
    /// Who logged in.
    pub user: String,
    /// When.
    pub at: Timestamp,
    /// Until when it counts.
    pub until: Timestamp,
}

/// `POST /v1/pop-logins`: somebody logged in at another POP3 or IMAP server of the site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportPopLogin {
    /// From where.
    #[schema(value_type = String)]
    pub client: IpAddr,
    /// Who; needs no mailbox here. 1 to 254 octets.
    pub user: String,
    /// When; now when absent. A time in the future counts as now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// `DELETE /v1/pop-logins`: which. At least one of the three.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub struct RevokePopLogins {
    /// Those from this address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub client: Option<IpAddr>,
    /// Those of this user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// All.
    pub all: bool,
}
