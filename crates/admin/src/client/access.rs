//! The client's methods about who gets in.

use causeway_model::Address;
use hyper::Method;

use super::{Client, ClientError, encoded, with_query};
use crate::types::{
    ApplicationPasswordView, CreateApplicationPassword, CreateToken, Ended, LoginLock,
    NewApplicationPassword, NewTokenAnswer, PopLoginView, ReportPopLogin, RevokePopLogins,
    TokenView, UnlockLogins,
};

impl Client {
    /// The application passwords of a mailbox.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn application_passwords(
        &mut self,
        mailbox: &Address,
    ) -> Result<Vec<ApplicationPasswordView>, ClientError> {
        self.get(&application_passwords_of(mailbox)).await
    }

    /// Makes an application password.
    ///
    /// # Errors
    /// [`ClientError`]; 409 when the mailbox has one of this name.
    pub async fn add_application_password(
        &mut self,
        mailbox: &Address,
        request: &CreateApplicationPassword,
    ) -> Result<NewApplicationPassword, ClientError> {
        self.send(Method::POST, &application_passwords_of(mailbox), Some(request)).await
    }

    /// Revokes an application password.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revoke_application_password(
        &mut self,
        mailbox: &Address,
        name: &str,
    ) -> Result<Ended, ClientError> {
        let path = format!("{}/{}", application_passwords_of(mailbox), encoded(name));
        self.send(Method::DELETE, &path, None::<&()>).await
    }

    /// What is locked after too many wrong passwords, what ends last first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn login_locks(&mut self) -> Result<Vec<LoginLock>, ClientError> {
        self.get("/v1/login-locks").await
    }

    /// Ends locks.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn unlock_logins(&mut self, which: &UnlockLogins) -> Result<Ended, ClientError> {
        self.send(Method::DELETE, &with_query("/v1/login-locks", which), None::<&()>).await
    }

    /// POP3 logins that still entitle their addresses to relay, the latest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn pop_logins(&mut self) -> Result<Vec<PopLoginView>, ClientError> {
        self.get("/v1/pop-logins").await
    }

    /// Reports a login at another server of the site.
    ///
    /// # Errors
    /// [`ClientError`]; 409 where POP-before-SMTP is off.
    pub async fn report_pop_login(
        &mut self,
        login: &ReportPopLogin,
    ) -> Result<PopLoginView, ClientError> {
        self.send(Method::POST, "/v1/pop-logins", Some(login)).await
    }

    /// Ends what POP3 logins entitle to.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revoke_pop_logins(
        &mut self,
        which: &RevokePopLogins,
    ) -> Result<Ended, ClientError> {
        self.send(Method::DELETE, &with_query("/v1/pop-logins", which), None::<&()>).await
    }

    /// The tokens, without their secrets.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn tokens(&mut self) -> Result<Vec<TokenView>, ClientError> {
        self.get("/v1/tokens").await
    }

    /// Makes a token.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn add_token(
        &mut self,
        request: &CreateToken,
    ) -> Result<NewTokenAnswer, ClientError> {
        self.send(Method::POST, "/v1/tokens", Some(request)).await
    }

    /// Ends a token.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revoke_token(&mut self, name: &str) -> Result<Ended, ClientError> {
        self.send(Method::DELETE, &format!("/v1/tokens/{}", encoded(name)), None::<&()>).await
    }
}

fn application_passwords_of(mailbox: &Address) -> String {
    format!("/v1/mailboxes/{}/application-passwords", encoded(&mailbox.to_string()))
}
