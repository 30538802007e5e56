//! From tokens to the syntax tree, by recursive descent.

use super::SoqlError;
use super::ast::{Condition, Expression, Literal, Name, Operator, Order, Query, SelectItem};
use super::lexer::{Spanned, Token, tokens, unescape, unescape_pattern};

/// The longest statement, in characters.
const LONGEST: usize = 100_000;

/// Parses one query.
pub(super) fn parse(query: &str) -> Result<Query, SoqlError> {
    if query.chars().count() > LONGEST {
        return Err(SoqlError::malformed(
            "SOQL statements cannot be longer than 100000 characters.",
        ));
    }
    let mut parser = Parser {
        tokens: tokens(query)?,
        next: 0,
    };
    let query = parser.query()?;
    match parser.peek() {
        Token::End => Ok(query),
        _ => Err(parser.unexpected()),
    }
}

struct Parser<'q> {
    tokens: Vec<Spanned<'q>>,
    next: usize,
}

impl<'q> Parser<'q> {
    fn query(&mut self) -> Result<Query, SoqlError> {
        self.expect_word("SELECT")?;
        let select = self.list(Self::select_item)?;
        self.expect_word("FROM")?;
        let from = self.name()?;
        let alias = self.alias(CLAUSES)?;
        if self.accept_words(&["USING", "SCOPE"]) {
            self.name()?;
        }
        let filter = self.after("WHERE", Self::conditions)?;
        if self.accept_word("WITH") {
            self.name()?;
        }
        let group_by = self.list_after(&["GROUP", "BY"], Self::expression)?;
        let having = self.after("HAVING", Self::conditions)?;
        let order_by = self.list_after(&["ORDER", "BY"], Self::order)?;
        let limit = self.after("LIMIT", Self::count)?;
        let offset = self.after("OFFSET", Self::count)?;
        if self.accept_word("FOR") {
            self.name()?;
        }
        Ok(Query {
            select,
            from,
            alias,
            filter,
            group_by,
            having,
            order_by,
            limit,
            offset,
        })
    }

    fn select_item(&mut self) -> Result<SelectItem, SoqlError> {
        if self.accept_symbol("(") {
            let query = self.query()?;
            self.expect_symbol(")")?;
            return Ok(SelectItem::Children(Box::new(query)));
        }
        if self.accept_word("TYPEOF") {
            return self.type_of();
        }
        let expression = self.expression()?;
        if let Expression::Call {
            function,
            argument: Some(argument),
        } = &expression
            && function.text.eq_ignore_ascii_case("FIELDS")
        {
            return Ok(SelectItem::Fields(argument.clone()));
        }
        let alias = self.alias(&["FROM"])?;
        Ok(SelectItem::Expression { expression, alias })
    }

    fn type_of(&mut self) -> Result<SelectItem, SoqlError> {
        let relationship = self.name()?;
        let mut branches = Vec::new();
        while self.accept_word("WHEN") {
            let object = self.name()?;
            self.expect_word("THEN")?;
            branches.push((object, self.list(Self::name)?));
        }
        let otherwise = self.list_after(&["ELSE"], Self::name)?;
        self.expect_word("END")?;
        Ok(SelectItem::TypeOf {
            relationship,
            branches,
            otherwise,
        })
    }

    fn expression(&mut self) -> Result<Expression, SoqlError> {
        let name = self.name()?;
        if !self.accept_symbol("(") {
            return Ok(Expression::Field(name));
        }
        let argument = match self.peek() {
            Token::Symbol(")") => None,
            _ => Some(self.name()?),
        };
        self.expect_symbol(")")?;
        Ok(Expression::Call {
            function: name,
            argument,
        })
    }

    /// Conditions joined by AND, or by OR; both in a row need parentheses.
    fn conditions(&mut self) -> Result<Condition, SoqlError> {
        let first = self.condition()?;
        let (word, other) = match self.peek() {
            Token::Word(word) if word.eq_ignore_ascii_case("AND") => ("AND", "OR"),
            Token::Word(word) if word.eq_ignore_ascii_case("OR") => ("OR", "AND"),
            _ => return Ok(first),
        };
        let mut all = vec![first];
        while self.accept_word(word) {
            all.push(self.condition()?);
        }
        if self.is_word(other) {
            return Err(self.unexpected());
        }
        Ok(match word {
            "AND" => Condition::And(all),
            _ => Condition::Or(all),
        })
    }

    fn condition(&mut self) -> Result<Condition, SoqlError> {
        if self.accept_word("NOT") {
            return Ok(Condition::Not(Box::new(self.condition()?)));
        }
        if self.accept_symbol("(") {
            let inner = self.conditions()?;
            self.expect_symbol(")")?;
            return Ok(inner);
        }
        let left = self.expression()?;
        let negated = self.accept_words(&["NOT", "IN"]);
        if negated || self.accept_word("IN") {
            return self.membership(left, negated);
        }
        let operator = self.operator()?;
        let right = self.literal(operator == Operator::Like)?;
        Ok(Condition::Compare {
            left,
            operator,
            right,
        })
    }

    fn membership(&mut self, left: Expression, negated: bool) -> Result<Condition, SoqlError> {
        self.expect_symbol("(")?;
        let condition = if self.is_word("SELECT") {
            Condition::InQuery {
                left,
                negated,
                query: Box::new(self.query()?),
            }
        } else {
            Condition::In {
                left,
                negated,
                list: self.list(|parser| parser.literal(false))?,
            }
        };
        self.expect_symbol(")")?;
        Ok(condition)
    }

    fn operator(&mut self) -> Result<Operator, SoqlError> {
        let operator = match self.peek() {
            Token::Symbol("=") => Operator::Equal,
            Token::Symbol("!=" | "<>") => Operator::NotEqual,
            Token::Symbol("<") => Operator::Less,
            Token::Symbol("<=") => Operator::LessOrEqual,
            Token::Symbol(">") => Operator::Greater,
            Token::Symbol(">=") => Operator::GreaterOrEqual,
            Token::Word(word) if word.eq_ignore_ascii_case("LIKE") => Operator::Like,
            _ => return Err(self.unexpected()),
        };
        self.next += 1;
        Ok(operator)
    }

    fn literal(&mut self, pattern: bool) -> Result<Literal, SoqlError> {
        let literal = match self.peek().clone() {
            Token::Text(raw) if pattern => Literal::Text(unescape_pattern(&raw)?),
            Token::Text(raw) => Literal::Text(unescape(&raw)?),
            Token::Number(text) => number(text).ok_or_else(|| self.unexpected())?,
            Token::Word(word) => {
                return self.word_literal(word);
            }
            Token::Symbol(_) | Token::End => return Err(self.unexpected()),
        };
        self.next += 1;
        Ok(literal)
    }

    fn word_literal(&mut self, word: &str) -> Result<Literal, SoqlError> {
        let upper = word.to_ascii_uppercase();
        let literal = match upper.as_str() {
            "TRUE" => Literal::Boolean(true),
            "FALSE" => Literal::Boolean(false),
            "NULL" => Literal::Null,
            _ if super::period::is_period(&upper) => {
                self.next += 1;
                let count = self.accept_symbol(":").then(|| self.count()).transpose()?;
                return Ok(Literal::Period {
                    name: upper,
                    count: count.map(|count| count as i64),
                });
            }
            _ => return Err(self.unexpected()),
        };
        self.next += 1;
        Ok(literal)
    }

    fn order(&mut self) -> Result<Order, SoqlError> {
        let expression = self.expression()?;
        let descending = self.accept_word("DESC");
        if !descending {
            self.accept_word("ASC");
        }
        let nulls_last = self.accept_words(&["NULLS", "LAST"]);
        if !nulls_last {
            self.accept_words(&["NULLS", "FIRST"]);
        }
        Ok(Order {
            expression,
            descending,
            nulls_last,
        })
    }

    fn count(&mut self) -> Result<u64, SoqlError> {
        match self.peek() {
            Token::Number(text) => {
                let count = text.parse().map_err(|_| self.unexpected())?;
                self.next += 1;
                Ok(count)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn name(&mut self) -> Result<Name, SoqlError> {
        let at = self.tokens[self.next].at;
        match self.peek() {
            Token::Word(word) if !is_reserved(word) => {
                let text = (*word).to_owned();
                self.next += 1;
                Ok(Name { text, at })
            }
            _ => Err(self.unexpected()),
        }
    }

    /// A further name, unless it is one of the words that may follow.
    fn alias(&mut self, followers: &[&str]) -> Result<Option<String>, SoqlError> {
        match self.peek() {
            Token::Word(word) if !followers.iter().any(|it| it.eq_ignore_ascii_case(word)) => {
                Ok(Some(self.name()?.text))
            }
            _ => Ok(None),
        }
    }

    fn list<T>(
        &mut self,
        item: impl Fn(&mut Self) -> Result<T, SoqlError>,
    ) -> Result<Vec<T>, SoqlError> {
        let mut items = vec![item(self)?];
        while self.accept_symbol(",") {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// The list behind words that may be missing, and then it is empty.
    fn list_after<T>(
        &mut self,
        words: &[&str],
        item: impl Fn(&mut Self) -> Result<T, SoqlError>,
    ) -> Result<Vec<T>, SoqlError> {
        if self.accept_words(words) {
            return self.list(item);
        }
        Ok(Vec::new())
    }

    fn after<T>(
        &mut self,
        word: &str,
        part: impl Fn(&mut Self) -> Result<T, SoqlError>,
    ) -> Result<Option<T>, SoqlError> {
        self.accept_word(word).then(|| part(self)).transpose()
    }

    fn peek(&self) -> &Token<'q> {
        &self.tokens[self.next].token
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn accept_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.next += usize::from(found);
        found
    }

    /// Accepts words in a row, or none of them.
    fn accept_words(&mut self, words: &[&str]) -> bool {
        let start = self.next;
        let found = words.iter().all(|word| self.accept_word(word));
        if !found {
            self.next = start;
        }
        found
    }

    fn accept_symbol(&mut self, symbol: &str) -> bool {
        let found = *self.peek() == Token::Symbol(symbol);
        self.next += usize::from(found);
        found
    }

    fn expect_word(&mut self, word: &str) -> Result<(), SoqlError> {
        if self.accept_word(word) {
            return Ok(());
        }
        Err(self.unexpected())
    }

    fn expect_symbol(&mut self, symbol: &str) -> Result<(), SoqlError> {
        if self.accept_symbol(symbol) {
            return Ok(());
        }
        Err(self.unexpected())
    }

    fn unexpected(&self) -> SoqlError {
        let token = match self.peek() {
            Token::Word(text) | Token::Number(text) | Token::Symbol(text) => text,
            Token::Text(text) => text.as_str(),
            Token::End => "<EOF>",
        };
        SoqlError::malformed(format!("unexpected token: '{token}'"))
    }
}

/// What may follow the object of a query.
const CLAUSES: &[&str] = &[
    "USING", "WHERE", "WITH", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "FOR",
];

fn is_reserved(word: &str) -> bool {
    const RESERVED: &[&str] = &[
        "SELECT", "FROM", "WHERE", "AND", "OR", "LIKE", "IN", "NOT", "NULL",
    ];
    RESERVED.iter().any(|it| it.eq_ignore_ascii_case(word))
}

fn number(text: &str) -> Option<Literal> {
    use crate::embedded_org::time::{date_text, datetime_text, parse_date, parse_datetime};
    if let Some(date) = parse_date(text) {
        return Some(Literal::Date(date_text(date)));
    }
    if let Some(at) = parse_datetime(text) {
        return Some(Literal::DateTime(datetime_text(at)));
    }
    text.parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
        .map(Literal::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_error(query: &str, expect: &str) {
        assert_eq!(parse(query).unwrap_err().message, expect, "{query}");
    }

    #[test]
    fn a_query_with_every_clause() {
        let query = parse(
            "select Id, a.Owner.Name, (SELECT Id FROM Contacts LIMIT 2) FROM Account a \
             WHERE (Name LIKE 'A\\_%' OR NOT AnnualRevenue >= 1e6) AND Industry NOT IN ('Energy', null) \
             ORDER BY Name DESC NULLS LAST, Id LIMIT 10 OFFSET 5",
        )
        .unwrap();
        assert_eq!(query.select.len(), 3);
        assert_eq!(query.alias.as_deref(), Some("a"));
        assert_eq!((query.limit, query.offset), (Some(10), Some(5)));
        assert!(query.order_by[0].descending && query.order_by[0].nulls_last);
        let Some(Condition::And(parts)) = query.filter else {
            panic!("not a conjunction");
        };
        assert!(matches!(&parts[0], Condition::Or(either) if either.len() == 2));
        assert!(matches!(&parts[1], Condition::In { negated: true, list, .. } if list.len() == 2));
    }

    #[test]
    fn literals() {
        let literal = |text: &str| match parse(&format!("SELECT Id FROM X WHERE a = {text}")) {
            Ok(Query {
                filter: Some(Condition::Compare { right, .. }),
                ..
            }) => right,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(literal("2026-10-05"), Literal::Date("2026-10-05".into()));
        assert_eq!(
            literal("2026-10-05T13:00:00+02:00"),
            Literal::DateTime("2026-10-05T11:00:00.000+0000".into())
        );
        assert_eq!(literal("-2.5"), Literal::Number(-2.5));
        assert_eq!(literal("true"), Literal::Boolean(true));
        assert_eq!(
            literal("last_n_days:30"),
            Literal::Period {
                name: "LAST_N_DAYS".into(),
                count: Some(30)
            }
        );
    }

    #[test]
    fn errors_name_the_token() {
        check_error("SELECT Id FORM Account", "unexpected token: 'Account'");
        check_error("SELECT Id, FROM Account", "unexpected token: 'FROM'");
        check_error("SELECT Id FROM Account WHERE", "unexpected token: '<EOF>'");
        check_error(
            "SELECT Id FROM Account WHERE Name = q",
            "unexpected token: 'q'",
        );
        check_error(
            "SELECT Id FROM Account WHERE a = 1 AND b = 2 OR c = 3",
            "unexpected token: 'OR'",
        );
        check_error("SELECT Id FROM Account LIMIT x", "unexpected token: 'x'");
        check_error(
            "SELECT Id FROM Account WHERE a IN ()",
            "unexpected token: ')'",
        );
    }
}
