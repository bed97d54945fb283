"""How customers take back, or say they never gave, their consent to marketing."""

from nlu.signs import Signs, any_of

_UNWILLING = (
    r"(?:never|not|don'?t|do not|didn'?t|did not|stop|no longer|no more|nobody|object|refuse"
    r"|without (?:my|asking)"
    r"|who (?:said|gave|told)|no (?:business|right|permission)|withdraw\w*|(?:turn|switch|opt)(?:ed"
    r"|ing)? (?:\w+ )?(?:off|out))"
)
_USED = (
    r"(?:agree\w*|consent\w*|permission|okay|sign(?:ed)? up|go.?ahead|asked|us(?:e|es|ed|ing)|shar(?:e"
    r"|ed|ing)"
    r"|process\w*|track\w*|analy[sz]\w*|look(?:ed|ing)? (?:at|through|into)|profil\w*|contact\w*|receive)"
)
_ADVERTS = r"(?:ads?|adverts?|advertis\w+|marketing|promotions?|promotional|campaigns?|sales|newsletters?)\b"
_MY_DATA = (
    r"(?:my|our) (?:\w+ )?(?:data|details|information|info|usage|history|habits|orders|profile|number"
    r"|e?mail"
    r"|spending|viewing|photos?|calls?)"
)
NO_CONSENT = Signs(
    pattern=any_of(
        r"(?:don'?t|do not|didn'?t|never|not|withdraw (?:my)?) (?:\w+ ){0,3}?consent(?:ed"
        r"|ing)?\b(?! form)",
        r"opt(?:ed|ing)?(?: me)? out (?:of|from)? ?(?:all |any |your |the )?(?:marketing|offers?"
        r"|promo\w*|emails?|everything|that stuff)",
        r"take me off (?:your|the|that|any|all) (?:\w+ )?(?:lists?|mailing|marketing)",
        r"unsubscribe me",
        r"(?:stop|don'?t|do not|no more|never) (?:\w+ )?(?:send(?:ing)?|email(?:ing)?|text(?:ing)?"
        r"|call(?:ing)?|ring(?:ing)?|contact(?:ing)?|use|using)(?: \w+){0,5}? (?:marketing|offers?"
        r"|promo\w*|adverts?|win ?back|newsletters?|for (?:sales|advertising|marketing))",
        r"(?:not allowed|no right|don'?t have (?:my )?permission"
        r"|never gave (?:you )?(?:my )?permission) to (?:use|contact|call|email|market|share)",
        r"marketing (?:list|emails?|calls?|texts?) (?:off|stopped|removed)",
        rf"{_UNWILLING}(?: \S+){{0,6}}? {_USED}(?: \S+){{0,6}}? {_ADVERTS}",
        rf"{_UNWILLING}(?: \S+){{0,4}}? {_MY_DATA}(?: \S+){{0,4}}? (?:shared?|sold|passed"
        rf"|analy[sz]\w+|tracked"
        r"|studied|profiled|like that|anything (?:but|else|other))",
        rf"(?:shar\w+|sell\w*|track\w*|analy[sz]\w*|stud(?:y|ying)|snoop\w*"
        rf"|looking) (?:\w+ ){{0,2}}?{_MY_DATA}"
        rf"(?: \S+){{0,5}}? {_ADVERTS}",
        r"(?:remove|delete|take|get|leave) (?:me|us|my (?:name|number|email)) (?:off|from"
        r"|out of) (?:your|that|any"
        r"|all|the|whatever) (?:\w+ )?(?:mailing|marketing|promotions?|advertising|contact|call"
        r"|lists?)",
        r"(?:withdraw|revoke|take back)(?:ing)? (?:my |that |the )?(?:permission|consent|agreement)",
        r"do not call (?:list|register)",
        r"don'?t (?:profile|track) me",
    ),
    never=any_of(r"(?:yes|sure|happy) (?:i|to) (?:consent|agree)", r"waiting list"),
    denied_counts=True,
)
"""About advertising, or about what we do with their data: "I never agreed to that price" is neither."""
