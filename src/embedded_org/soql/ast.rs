//! The syntax tree of a query.

/// A query or a sub-query.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Query {
    pub(super) select: Vec<SelectItem>,
    pub(super) from: Name,
    pub(super) alias: Option<String>,
    pub(super) filter: Option<Condition>,
    pub(super) group_by: Vec<Expression>,
    pub(super) having: Option<Condition>,
    pub(super) order_by: Vec<Order>,
    pub(super) limit: Option<u64>,
    pub(super) offset: Option<u64>,
}

/// A name, possibly dotted, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum SelectItem {
    Expression {
        expression: Expression,
        alias: Option<String>,
    },
    Children(Box<Query>),
    TypeOf {
        relationship: Name,
        branches: Vec<(Name, Vec<Name>)>,
        otherwise: Vec<Name>,
    },
    /// `FIELDS(ALL)` and its kin.
    Fields(Name),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression {
    Field(Name),
    /// A function of a field; `COUNT()` has none.
    Call {
        function: Name,
        argument: Option<Name>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Compare {
        left: Expression,
        operator: Operator,
        right: Literal,
    },
    In {
        left: Expression,
        negated: bool,
        list: Vec<Literal>,
    },
    InQuery {
        left: Expression,
        negated: bool,
        query: Box<Query>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Like,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Number(f64),
    Boolean(bool),
    Null,
    Date(String),
    DateTime(String),
    /// A date literal such as `LAST_N_DAYS:30`.
    Period {
        name: String,
        count: Option<i64>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) expression: Expression,
    pub(super) descending: bool,
    pub(super) nulls_last: bool,
}
