//! What can be called: Go's own functions, those that need the engine, and all others.

use super::super::call::Function;
use super::super::functions;
use super::super::value::{Map, Method, Object, Type};

/// A function or method, found.
#[derive(Clone, Copy)]
pub(super) enum Callee<'o> {
    /// One of `funcs.go`.
    Go(Builtin),
    /// One that executes templates or speaks for Helm's engine.
    Helm(Late),
    /// Any other.
    Native(&'static Function),
    /// A method of `common.Values`.
    Method(super::methods::Named, &'o Map),
    /// A method of another type.
    Bound(Method, &'o dyn Object),
}

/// Go's functions for templates, `slice` aside, which sprig replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Builtin {
    And,
    Call,
    Eq,
    Ge,
    Gt,
    Html,
    Index,
    Js,
    Le,
    Len,
    Lt,
    Ne,
    Not,
    Or,
    Print,
    Printf,
    Println,
    Urlquery,
}

/// Functions that `engine.go` makes anew for each engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    Include,
    Tpl,
    Required,
    Fail,
    Lookup,
    GetHostByName,
}

impl Callee<'static> {
    /// The function of a name; Helm's come before Go's.
    pub(super) fn find(name: &str) -> Option<Self> {
        let late = match name {
            "include" => Late::Include,
            "tpl" => Late::Tpl,
            "required" => Late::Required,
            "fail" => Late::Fail,
            "lookup" => Late::Lookup,
            "getHostByName" => Late::GetHostByName,
            _ => {
                let native = functions::find(name).map(Callee::Native);
                return native.or_else(|| Builtin::find(name).map(Callee::Go));
            }
        };
        Some(Callee::Helm(late))
    }
}

impl Callee<'_> {
    /// The types of the parameters.
    pub(super) fn signature(&self) -> Method {
        match self {
            Callee::Go(builtin) => builtin.signature(),
            Callee::Helm(late) => late.signature(),
            Callee::Native(function) => Method { params: function.params, rest: function.rest },
            Callee::Method(named, _) => named.signature(),
            Callee::Bound(method, _) => *method,
        }
    }
}

impl Builtin {
    fn find(name: &str) -> Option<Self> {
        Some(match name {
            "and" => Builtin::And,
            "call" => Builtin::Call,
            "eq" => Builtin::Eq,
            "ge" => Builtin::Ge,
            "gt" => Builtin::Gt,
            "html" => Builtin::Html,
            "index" => Builtin::Index,
            "js" => Builtin::Js,
            "le" => Builtin::Le,
            "len" => Builtin::Len,
            "lt" => Builtin::Lt,
            "ne" => Builtin::Ne,
            "not" => Builtin::Not,
            "or" => Builtin::Or,
            "print" => Builtin::Print,
            "printf" => Builtin::Printf,
            "println" => Builtin::Println,
            "urlquery" => Builtin::Urlquery,
            _ => return None,
        })
    }

    fn signature(self) -> Method {
        let any = Some(Type::Any);
        match self {
            Builtin::And | Builtin::Or | Builtin::Call | Builtin::Index | Builtin::Eq => {
                Method { params: &[Type::Any], rest: any }
            }
            Builtin::Html | Builtin::Js | Builtin::Urlquery | Builtin::Print | Builtin::Println => {
                Method { params: &[], rest: any }
            }
            Builtin::Printf => Method { params: &[Type::String], rest: any },
            Builtin::Len | Builtin::Not => Method { params: &[Type::Any], rest: None },
            Builtin::Ge | Builtin::Gt | Builtin::Le | Builtin::Lt | Builtin::Ne => {
                Method { params: &[Type::Any, Type::Any], rest: None }
            }
        }
    }
}

impl Late {
    fn signature(self) -> Method {
        let params: &[Type] = match self {
            Late::Include | Late::Tpl | Late::Required => &[Type::String, Type::Any],
            Late::Fail | Late::GetHostByName => &[Type::String],
            Late::Lookup => &[Type::String, Type::String, Type::String, Type::String],
        };
        Method { params, rest: None }
    }
}
