//! Logging in (RFC 4954): PLAIN (RFC 4616), else LOGIN.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::BufMut;
use causeway_model::{Failure, Reply, Stage};
use tokio::io::{AsyncRead, AsyncWrite};

use super::connection::unexpected;
use super::{Connection, SessionFailure};

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Connection<S> {
    /// Logs in. The caller guarantees that the stream is TLS with a certificate it has verified: the
    /// password goes out as it is.
    ///
    /// # Errors
    /// [`Failure::AuthNotOffered`] when the server offers neither PLAIN nor LOGIN,
    /// [`Failure::AuthRefused`] with its words (a 4yz too), and the failures of the connection; stage
    /// [`Stage::Auth`].
    pub async fn auth(&mut self, user: &str, password: &str) -> Result<Reply, SessionFailure> {
        let offers = |name: &str| self.capabilities.auth.iter().any(|offered| offered == name);
        let reply = if offers("PLAIN") {
            self.auth_plain(user, password).await?
        } else if offers("LOGIN") {
            self.auth_login(user, password).await?
        } else {
            return Err(self.wire.fail(Stage::Auth, Failure::AuthNotOffered));
        };
        if reply.is_positive() {
            Ok(reply)
        } else if reply.is_intermediate() {
            Err(self.wire.protocol_error(Stage::Auth, unexpected(&reply)))
        } else {
            Err(self.wire.fail(Stage::Auth, Failure::AuthRefused { reply }))
        }
    }

    async fn auth_plain(&mut self, user: &str, password: &str) -> Result<Reply, SessionFailure> {
        let response = STANDARD.encode(format!("\0{user}\0{password}"));
        self.secret_line(&["AUTH PLAIN ", &response]).await
    }

    async fn auth_login(&mut self, user: &str, password: &str) -> Result<Reply, SessionFailure> {
        let reply = self.secret_line(&["AUTH LOGIN"]).await?;
        if reply.code != 334 {
            return Ok(reply);
        }
        // The prompts are "Username:" and "Password:", in that order, by long custom.
        let reply = self.secret_line(&[&STANDARD.encode(user)]).await?;
        if reply.code != 334 {
            return Ok(reply);
        }
        self.secret_line(&[&STANDARD.encode(password)]).await
    }

    /// Sends one line and leaves nothing of it behind in the buffer.
    async fn secret_line(&mut self, words: &[&str]) -> Result<Reply, SessionFailure> {
        self.in_step(Stage::Auth)?;
        for word in words {
            self.wire.output.put_slice(word.as_bytes());
        }
        self.wire.output.put_slice(b"\r\n");
        let length = self.wire.output.len();
        let written = self.wire.flush(Stage::Auth, self.timeouts.auth).await;
        self.wire.output.put_bytes(0, length);
        self.wire.output.clear();
        written?;
        self.wire.reply(Stage::Auth, self.timeouts.auth).await
    }
}
