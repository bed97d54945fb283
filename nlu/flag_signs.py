"""How customers say what raises each flag. General English of many trades, and nobody's conversations."""

import re

from nlu.consent import NO_CONSENT
from nlu.signs import Signs, any_of
from nlu.understanding import FlagId
from nlu.vulnerability import VULNERABLE

_THINGS_HELD = (
    r"(?:account|contract|service|services|subscription|membership|plan|policy|line|cover"
    r"|agreement|everything|the lot|package|direct debit)"
)
_SELLING = (
    r"(?:offers?|promotions?|promos?|deals|upgrades?|upsell\w*|extras|add.?ons?|sales? (?:pitch"
    r"|talk|spiel)|pitch(?:es)?|specials|marketing|adverts?)"
)


SIGNS: dict[FlagId, Signs] = {
    FlagId.VULNERABLE: VULNERABLE,
    FlagId.COMPLAINT: Signs(
        pattern=any_of(
            r"(?:make|file|lodge|raise|log|open|submit|put in|register|escalate) (?:a|an|another|my|this"
            r"|the) (?:\w+ )?(?:complaint|grievance)",
            r"(?:formal|official|written) complaint",
            r"(?:want|going|like|need|intend|have) to complain\b",
            r"complain(?:ed|ing)? (?:about|to (?:your|the|head))",
            r"complaints? (?:department|team|procedure|process)",
            r"(?:this is|it'?s) a complaint",
            r"(?:speak|talk|get|put me|escalate|pass me|transfer me)(?: \w+){0,3} (?:to|through to"
            r"|me) (?:a|an|your|the) (?:\w+ )?(?:manager|supervisor|superior|boss)",
            r"(?:your|a) (?:manager|supervisor) (?:now|please|on the (?:phone|line))",
            r"(?:solicitors?|barristers?|attorneys?|lawyers?)\b",
            r"legal (?:action|proceedings|advice|claim|team)",
            r"(?:my|retain\w*|through|legal) counsel\b",
            r"(?:sue|suing) (?:you|them|the|this|your)",
            r"(?:take|taking|see) (?:you|this|them|it) (?:all )?(?:to|in) court",
            r"small claims",
            r"class action",
            r"(?:ombudsman|regulator|trading standards|better business bureau|bbb|consumer (?:rights"
            r"|protection|affairs|court)|watchdog|attorney general|chargeback)\b",
            r"(?:go|going|gone) to the (?:papers|press|newspapers|media|police about you)",
            r"address for service",
            r"on (?:the )?record",
            r"(?:my|our) (?:\w+ )?complaint\b",
            r"(?:i|we)(?:'?ve| have)? (?:already )?complained\b",
            r"how (?:do|can) i complain",
            r"report(?:ing)? (?:you|your (?:\w+ )?(?:driver|colleague|company|firm)) to",
            r"(?:going to|gonna|shall|will|'ll) report you\b",
            r"(?:someone|somebody|anyone|whoever)(?:'s| is)? (?:more )?(?:senior|above you|higher up"
            r"|in charge)",
            r"want (?:this|that|it) (?:escalated|noted|dealt with|put on file)",
            r"(?:writ\w+|letter) to (?:your|the) (?:head office|chief executive|ceo|directors?)",
            r"(?:demand|expect|want)(?: to be)? compensat\w+",
            r"(?:breach of (?:contract|the)|against the law|i know my rights|deadlock letter"
            r"|citizens advice)",
            r"all over (?:social media|the internet|facebook|twitter)",
            r"disput(?:e|ing) (?:it|this|the charge) with my (?:bank|card)",
            r"(?:get me|want|where'?s) (?:your|a|the) (?:manager|supervisor|team leader)\b",
        ),
        never=any_of(
            r"no complaints?",
            r"(?:can'?t|cannot|not|never|ain'?t|isn'?t|won'?t|mustn'?t"
            r"|shouldn'?t) (?:really )?(?:here to )?(?:complain\w*|going to complain)",
            r"(?:like|as|am|i'?m|he'?s|she'?s|being|work(?:s|ing)? (?:as|for)) (?:the|a|an"
            r"|some) (?:\w+ )?(?:lawyer|solicitor|attorney|barrister)s?",
            r"power of attorney",
            r"[\w']+'?s an? (?:\w+ )?(?:lawyer|solicitor|attorney|barrister)",
            r"(?:lawyer|solicitor|attorney)s? (?:needs?|wants?|asked for|requires?) (?:a|an|the|my|some)",
            r"(?:lawyer|solicitor|attorney)'?s? (?:friend|conference|office (?:party|move))",
            r"on record (?:is|as|for)",
        ),
    ),
    FlagId.CHURN: Signs(
        pattern=any_of(
            rf"(?:cancel|close|end|terminate|stop|quit|get (?:rid|out) of|come out of"
            rf"|get out of) (?:down )?(?:(?:my|our|the|this|your|that|whole"
            rf"|entire) )+(?:\w+ )?{_THINGS_HELD}",
            r"(?:want|going|like|need|wanna|gonna|ready|thinking (?:of|about)) (?:to )?(?:leave|leaving"
            r"|quit|quitting) (?:you|the (?:gym|club|company|bank)|this (?:company|bank)|altogether"
            r"|you (?:lot|guys|people))",
            r"(?:going|go|moving|move|switch(?:ing)?|changing|change"
            r"|taking it) (?:over )?to (?:some ?(?:one|body) else"
            r"|one of your|(?:a|your) competitors?|(?:another|a different|a new"
            r"|an ?other) (?:\w+ )?(?:provider|company"
            r"|supplier|bank|gym|shop|store|firm|insurer|carrier|network))",
            r"(?:switch|swap|change) (?:provider|supplier|carrier|bank|insurer|compan)\w*",
            r"(?:go|going|shop|look|looking|tak(?:e|ing) (?:my|our) (?:business|money|custom)) elsewhere",
            r"tak(?:e|ing) (?:my|our) (?:business|custom|money) (?:away|somewhere|to)",
            r"(?:never|not|won'?t(?: be)?|ain'?t) (?:\w+ )?(?:use|using|buy|buying|book|booking|shop"
            r"|shopping|order|ordering|coming back|renew|renewing|fly|flying|deal"
            r"|dealing)(?: \w+){0,3} (?:again|anymore|any more|ever|with (?:you|this))",
            r"(?:last time|that'?s it,?) (?:i|we)(?:'?ll| will|'?m)? (?:ever )?(?:use|using|book|order"
            r"|shop|buy|come)",
            r"(?:i'?m|we'?re|i am) (?:done|finished|through|out)\b(?: with (?:you|this|y'?all))",
            r"(?:pac|port.?out|transfer.?out|mac) code",
            r"port (?:my|the) number (?:out|away)",
            r"(?:shop|shopping) around",
            r"better (?:deal|offer|price|rate) (?:elsewhere|with|from|at|somewhere)",
            r"(?:won'?t|not) (?:be )?renew(?:ing)?\b",
            r"lose (?:me|us) as (?:a )?customer",
            r"lost (?:a|me as a) customer",
            r"(?:going to|gonna|about to|will) lose me\b",
            r"want out\b(?! of (?:the )?(?:house|here))",
            r"(?:give|giving|hand(?:ing)? in) (?:you )?(?:my |our )?(?:\w+ days'? )?notice\b",
            r"notice (?:do i|i) (?:have to|need to|must) give",
            r"(?:fee|penalty|charged?) (?:for|if i) (?:leave|leaving)",
            r"(?:off|over|going|gone|moving|back) to (?:your|the|a|my) (?:competit\w+|rivals?|other lot"
            r"|old (?:supplier|provider|bank|network))",
            r"(?:half a mind|this close|tempted) to (?:leav|switch|cancel)\w*",
            r"(?:other|another|different) (?:lot|provider|company|supplier|network|bank|firm)"
            r"(?:'s| is| are)? (?:offering|charging|cheaper|half)",
            r"(?:don'?t|do not) (?:bother )?renew(?:ing)? (?:me|it|my)",
            r"(?:don'?t|do not|no longer) want to be (?:a|your) (?:member|customer)",
            r"won'?t be (?:staying|coming back|needing your)",
            r"reasons? not to (?:leave|switch|cancel)",
            r"(?:stop|end) (?:my|our) (?:\w+ )?(?:subscription|membership|plan|contract|policy)\b",
        ),
        never=any_of(
            r"(?:don'?t|do not|not|didn'?t|doesn'?t|never) (?:want to |wanna |going to "
            r"|gonna )?(?:cancel\w*|clos\w+|leav\w+|switch\w*) (?:my|the|our|it|you|anything|today)",
            r"(?:was|got|been|is|were|you(?:'ve| have)?) (?:just )?cancel\w*",
        ),
        withdrawn=any_of(
            r"(?:i|we)(?:'?ll| will|'?m going to|'?m gonna| guess i'?ll)? (?:just )?(?:stay"
            r"|stick) (?:with|on|then|put|for|a|where|here)",
            r"(?:i|we)(?:'?ll| will) stay\b",
            r"(?:keep|leave) (?:it|my account|the account|the plan|things|everything) (?:on|open|going"
            r"|running|as (?:it|they) (?:is|are|was))",
            r"(?:not|won'?t|don'?t(?: want to)?|no need to) (?:be )?(?:cancel\w*|leav(?:e|ing)|switch\w*"
            r"|clos(?:e|ing))\b(?! (?:it|you) (?:right|today) yet)",
            r"changed my mind",
            r"(?:forget|scrap|never mind) (?:about )?(?:the )?(?:cancel\w+|leaving|closing|switching)",
            r"(?:you'?ve|you) (?:talked me|won me|convinced me|kept me)",
        ),
    ),
    FlagId.DECLINED: Signs(
        pattern=any_of(
            rf"(?:don'?t|do not|didn'?t|not|no longer|never|nor) (?:\w+ ){{0,4}}?(?:want|need|like|wanna"
            rf"|interested in|looking for|wish|care for|hear(?:ing)?|be offered"
            rf"|going through)(?: \w+){{0,4}}? (?:any(?:thing)? (?:else )?(?:sold|more products?"
            rf"|products?|pitched)|any (?:\w+ )?{_SELLING}|{_SELLING})",
            r"(?:don'?t|do not|not) (?:\w+ ){0,4}?(?:sell|selling|sold|flog\w*|pitch\w*|upsell\w*|offered"
            r"|push)\b(?! out| it| by| until| for| my| our| the)",
            rf"(?:no|without|stop with|enough of|spare me|skip|none of|sick of"
            rf"|tired of)(?: \w+){{0,3}}? (?:{_SELLING}|selling|sales)",
            r"(?:not|ain'?t|never) (?:buying|signing up for|taking out|purchasing|spending) (?:any|a|no"
            r"|one|more|nothing)",
            r"not interested",
            r"(?:stop|quit) (?:selling|offering|pitching|pushing|trying to sell)",
            r"(?:i|i'?ve|i have)(?: already)? (?:said|told \w+) no\b",
            r"(?:no|nah),? (?:i'?m|we'?re) (?:good|fine|okay) (?:for|with what)",
            r"(?:save|skip|leave out|spare me|drop|enough (?:of|with)) (?:\w+ ){0,2}?(?:sales|pitch"
            r"|patter|spiel)",
            r"(?:not|n'?t) (?:here|calling|ringing|call|ring) (?:\w+ )?to (?:buy|be sold)",
            r"(?:don'?t|do not|not) (?:want|need|looking for|after) (?:the|an?|your"
            r"|any) (?:\w+ )?(?:upgrade|bundle"
            r"|add.?ons?|extras)\b",
            r"no (?:extras|add.?ons|upgrades)\b",
            r"(?:i|i'?ve|i have)(?: already)? (?:turned|knocked) (?:it|that|them) (?:down|back)",
            r"answer(?:'?s| is) (?:still )?no\b",
            r"(?:isn'?t|not) a sales call",
            r"whatever (?:it is )?you'?re (?:selling|about to offer)",
            r"sick of (?:being sold|you (?:\w+ )?selling)",
        ),
        never=any_of(
            r"not interested in (?:cancel|leav|why|excuses|apolog|a refund|compensation|hearing)",
            r"(?:no|without) (?:special )?(?:offers?|deals?) (?:came|available|on|showed|appear)",
        ),
        denied_counts=True,
    ),
    FlagId.NO_CONSENT: NO_CONSENT,
    FlagId.HURRY: Signs(
        pattern=any_of(
            r"in (?:a (?:bit of a |real |bloody |massive |huge |big |tearing )?|such a )(?:hurry|rush)",
            r"hurry up",
            r"and hurry",
            r"(?:please|just|can you|could you|need (?:you )?to) (?:be quick|hurry|make (?:it"
            r"|this) (?:quick|fast|snappy))",
            r"(?:make|keep) (?:it|this) (?:quick|short|brief|fast|snappy)",
            r"(?:i'?m gonna|i'?ll|i will|need to) be (?:brief|quick)",
            r"(?:need|have|got|gotta|'ve) (?:to|ta) be quick",
            r"(?:i|we)(?:'?ve| have|'?m)? (?:only )?(?:got|have|on|gotta)? ?(?:only |about |like |maybe "
            r"|just |literally )*(?:a (?:minute|moment|second|couple of minutes|few minutes)|(?:one|two"
            r"|three|four|five|ten|fifteen|\d+) (?:minutes?|mins?))(?: left)? (?:okay|ok|before|max|tops"
            r"|till|until|to spare|then i)",
            r"(?:i|we) (?:only )?(?:have|got) (?:about |like |only )?(?:two|three|four|five|ten"
            r"|\d+) min(?:ute)?s?\b(?! (?:ago|late|of|from|away|left on|a ))",
            r"(?:i|we)(?:'?ve| have)? (?:got to|gotta|have to|need to|must|should|'ll have to) (?:go|run"
            r"|leave|dash|shoot|get going|head out|rush|catch)\b"
            r"(?! (?:to (?:a|the) (?:store|shop|branch|wedding|airport|bank)|to see"
            r"|through|over|back|and|up|down|by|with|for|my|all|from|on|tomorrow|tonight))",
            r"(?:running|i'?m|i am|we'?re|gonna be|going to be|be) late (?:for|to)",
            r"(?:boarding|meeting|appointment|class|exam|shift|seminar|interview|client\b.{0,20}|train"
            r"|bus|flight|lunch break)(?: \w+){0,3} (?:starts? |is |leaves? |ends )?in (?:like "
            r"|about )?(?:\w+ )?(?:minutes?|mins?|a minute|\d+|half an hour)",
            r"(?:don'?t have|haven'?t got|ain'?t got|(?:have|got|'ve) no) (?:the |any |much )?(?:time\b"
            r"|all day|long\b)",
            r"(?:quick|quickly|fast|chop)(?:[, ]+(?:please|pls|quick|quickly|fast|chop))+",
            r"as (?:quick|fast|brief)(?:ly)? as (?:you can|possible)",
            r"(?:speed|hurry) (?:this|it|things) (?:up|along)",
            r"(?:leaves?|leaving|departs?|goes|closes?|closing|shuts?|runs? out|boards?|boarding) in"
            r" (?:\w+ ){0,2}?(?:\d+|two|three|four|five|six|seven|eight|nine|ten|fifteen|few|couple)"
            r"(?: of)?(?: ?min\w*|$)",
            r"(?:double.?parked|final (?:call|boarding)|calling (?:my|our) flight|pressed for time)",
            r"(?:taxi|cab|patient|client)(?:'s| is)? waiting",
            r"(?:i'?m|we'?re) (?:already|running|gonna be|going to be) late\b(?! (?:on|with|paying))",
            r"(?:i'?m|we'?re) (?:just )?(?:about to|on my way to) (?:board|walk in\w*|get on|go in\w*)",
            r"(?:i|we)(?:'?ve| have)?(?: got)? an? (?:train|bus|plane|flight|ferry) to catch",
            r"(?:phone|battery)(?:'s| is) (?:about to|nearly|almost|going to) (?:die|dead|go)",
            r"can'?t (?:talk|stay|hang about|hang on|hang around)(?: \w+){0,2}? (?:long|line|phone)\b",
            r"(?:skip the small talk|just yes or no)",
        ),
        never=any_of(
            r"(?:no|not|never|isn'?t|ain'?t|aren'?t|without|don'?t|what'?s the) (?:\w+ ){0,3}?(?:rush"
            r"|hurry)",
            r"take your time",
            r"(?:when|what time|where|how|why) (?:do|must|should|will) (?:i|we) (?:have to|need to"
            r"|must)?",
            r"(?:not|no) in (?:a|any) (?:rush|hurry)",
        ),
        denied_counts=True,
    ),
}
"""Every flag's signs."""

PITCH = any_of(
    r"(?:did you know|you know (?:that )?(?:you|we)|you(?:'d| would)? qualify|you(?:'re| are) eligible"
    r"|have you (?:thought|considered|heard)|upgrade|special offer)",
    r"(?:would|could|might) (?:i|we|you) (?:\w+ )?(?:interest|be interested|tempt|offer you"
    r"|like to (?:add|try|upgrade|hear|take|join))",
    r"(?:can|could|may) i (?:interest|offer|tempt|tell you about|sell)",
    r"(?:we|i)(?:'ve| have| do have|'re| are)? (?:\w+ ){0,3}?(?:offer(?:ing)?|deals?|discounts?|promotion"
    r"|bundle|package|per ?cent off|insurance|protection|plan)\b",
    r"(?:for|only|just|it's|is)(?: \w+){0,3}? (?:[$£€]\d|pounds?|dollars?|bucks|quid|percent|% off)",
    r"(?:a|per|each) month for",
    r"haven't got any",
    r"really popular",
    r"you could (?:add|save|get)",
)
"""How an agent offers something."""

WRAP_UP = any_of(
    r"anything else",
    r"any(?:thing)? (?:other|more)",
    r"that(?:'s| is) (?:all|everything)",
    r"(?:else|more) (?:i|we) can (?:help|do)",
)
"""How an agent asks whether that was all; a "no" to it declines nothing."""

REFUSAL = re.compile(
    r"\W*(?:(?:uh|um|er|oh|ah|well|ha|lol|hm+|look|sorry|yes|yeah)\W+)*(?:no(?:pe|ah|h)?|nah|not (?:today"
    r"|now|for me|interested|really|right now|at the moment)|i(?:'m| am) (?:good|okay|fine|alright)"
    r"|i(?:'ll| will) (?:pass|leave it)|didn'?t ask|(?:what|ah ah what) did i say|what'?d i say"
    r"|i don'?t (?:want|need)|don'?t (?:want|need)|please (?:stop|don'?t)|stop|leave it)\b",
    re.IGNORECASE,
)
"""How a customer turns down what was just offered."""
