"""The criteria language: small, bounded, three-valued, without side effects.

`grammar.lark` and `parsing` read it, `syntax` is its tree, `compiling` turns a tree into functions over a `Context`,
`printing` says it in English and Chinese. It knows no drug and no pathway.
"""
