//! Why a request about jobs is refused, in the words that both Bulk APIs have for it.

use super::ApiError;

/// A kind of problem: as Bulk API 1.0 writes it, and as Bulk API 2.0 does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code(pub(crate) &'static str, pub(crate) &'static str);

pub(crate) const INVALID_JOB: Code = Code("InvalidJob", "INVALIDJOB");
pub(crate) const INVALID_JOB_STATE: Code = Code("InvalidJobState", "INVALIDJOBSTATE");
pub(crate) const INVALID_BATCH: Code = Code("InvalidBatch", "INVALIDBATCH");
pub(crate) const INVALID_ENTITY: Code = Code("InvalidEntity", "INVALIDENTITY");
pub(crate) const INVALID_OPERATION: Code = Code("InvalidOperation", "INVALIDOPERATION");
pub(crate) const INVALID_VERSION: Code = Code("InvalidVersion", "INVALIDVERSION");
pub(crate) const INVALID_SESSION: Code = Code("InvalidSessionId", "INVALID_SESSION_ID");
pub(crate) const FEATURE_NOT_ENABLED: Code = Code("FeatureNotEnabled", "FEATURENOTENABLED");
pub(crate) const CLIENT_INPUT: Code = Code("ClientInputError", "CLIENTINPUTERROR");
pub(crate) const UNKNOWN: Code = Code("Unknown", "UNKNOWN_EXCEPTION");

/// What is wrong with a request, or with the data of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) code: Code,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// As a job tells it: `InvalidBatch : Field name not found : Foo__c`.
    pub(crate) fn text(&self) -> String {
        format!("{} : {}", self.code.0, self.message)
    }
}

/// A failure of the file is the server's.
impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        Self::new(UNKNOWN, ApiError::from(error).message)
    }
}

/// An error that is not of one row is the server's.
impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        Self::new(UNKNOWN, error.message)
    }
}

/// Reading an upload fails as the file does, or because the upload is not what it should be.
impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        Self::new(UNKNOWN, error.to_string())
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        let status = if problem.code == UNKNOWN { 500 } else { 400 };
        Self::new(status, problem.code.1, problem.text())
    }
}
