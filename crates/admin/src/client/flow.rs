//! Changes of the mail flow.

use hyper::Method;

use super::{Client, ClientError, with_query};
use crate::types::{
    ApplyAnswer, ApplyRequest, FlowView, PlanAnswer, Proposal, RevisionDetail, RevisionPage,
    RevisionQuery,
};

impl Client {
    /// The mail flow in force.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn flow(&mut self) -> Result<FlowView, ClientError> {
        self.get("/v1/flow").await
    }

    /// What a proposal would do.
    ///
    /// # Errors
    /// [`ClientError`]; 400 when the proposed text has errors.
    pub async fn flow_plan(&mut self, proposal: &Proposal) -> Result<PlanAnswer, ClientError> {
        self.send(Method::POST, "/v1/flow/plan", Some(proposal)).await
    }

    /// Puts a proposal in force.
    ///
    /// # Errors
    /// [`ClientError`]; 409 when another revision came between.
    pub async fn flow_apply(&mut self, request: &ApplyRequest) -> Result<ApplyAnswer, ClientError> {
        self.send(Method::POST, "/v1/flow/apply", Some(request)).await
    }

    /// One page of revisions, newest first.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revisions(&mut self, query: &RevisionQuery) -> Result<RevisionPage, ClientError> {
        let path = with_query("/v1/flow/revisions", query);
        self.get(&path).await
    }

    /// One revision with everything.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn revision(&mut self, number: u64) -> Result<RevisionDetail, ClientError> {
        self.get(&format!("/v1/flow/revisions/{number}")).await
    }
}
