"""How customers say what raises a flag: patterns of general English, and sentences of our own for the encoder.

Data, not code: the sentences come from many trades and from nobody's conversations.
"""

import re
from dataclasses import dataclass, field

from nlu.understanding import FlagId

_KIN = (
    r"(?:husband|wife|partner|fianc[eé]e?|mum|mom|mother|mam|mama|dad|father|papa|son|daughter|brother|sister|baby|child"
    r"|grand(?:ma|pa|mother|father|son|daughter)|nan|nana|gran|granny|parents?|twin|boy|girl|little one|kids?|aunt|uncle)"
)
_MY_KIN = rf"(?:(?:my|our|his|her) (?:late |dear |poor |own |old |little |youngest |oldest )?{_KIN}|he|she|mum|mom|dad|nan)"
_DYING = r"(?:died|dies|passed|passed away|has passed|has died|is dying|is gone|was killed|took (?:his|her) own life)"
_ILLNESS = (
    r"(?:cancer|chemo\w*|radiotherapy|dialysis|tumou?r|leuk\w+|stroke|heart attack|dementia|alzheimer'?s|parkinson'?s"
    r"|multiple sclerosis|terminal(?:ly)?|hospice|palliative|oncology|intensive care|icu|life support|miscarriage|stillborn"
    r"|psychosis|suicid\w+|self.?harm\w*|breakdown|overdose)"
)
_LOST_WORK = (
    r"(?:lost (?:my|his|her|our|their) jobs?|(?:laid (?:\w+ ){0,4}off|(?:(?:i|we|he|she)(?: was| were|\'ve been)? (?:got |been |being )?let go|(?:job|work|company|plant|boss|they|warehouse|factory|office|firm) (?:just )?let (?:me|us|him|her|everybody|everyone|a (?:bunch|lot) of us) go)\b(?! (?:to|in|out|on|and|through|of)))"
    r"|made redundant|redundanc\w+|out of work|unemployed|on the dole|(?:shift|work|factory|plant|yard|mill) (?:has )?(?:shut|closed) down"
    r"|can'?t find (?:any )?work|no (?:income|wages|work) coming|universal credit|jobseekers?|food ?banks?|food stamps)"
)
_SHORT_OF_MONEY = (
    r"(?:can(?:no|')?t (?:afford (?:it|this|that|to (?:pay|live|eat|heat)|the (?:rent|bills?|payments?)|my)|make ends meet|pay (?:my|the|our) (?:rent|bills?|mortgage))"
    r"|behind (?:on|with) (?:(?:my|the|our) )?(?:rent|bills?|mortgage|payments?)|struggling (?:to pay|with (?:money|debt|bills)|financially)"
    r"|(?:in|drowning in|up to my (?:neck|eyes) in) debt\b(?! free)|bankrupt\w*|bailiffs?|evict\w*|debt collect\w*|repossess\w*|homeless\w*|in arrears"
    r"|(?:choose|choosing|choice) between (?:heating|eating|food|rent)|no money (?:left|for (?:food|rent))|skipp\w+ meals|financial hardship|on benefits)"
)
_VICTIM = (
    r"(?:(?:i|we)(?:'?ve| have| was| were|'?d| got| been)* (?:been )?(?:scammed|defrauded|conned|hacked|mugged|robbed|burgled|assaulted|attacked|raped)"
    r"|(?:stole|stolen|stealing|steal) (?:all )?(?:my|our|her|his) (?:identity|savings|pension|money|card)|emptied my (?:account|savings)"
    r"|identity theft|sim ?swap\w*|domestic (?:abuse|violence)|abusive (?:ex|partner|husband|wife|relationship)|restraining order"
    r"|(?:someone|somebody) (?:got|broke|hacked) into (?:my|our) (?:account|bank|house|home|flat)|took (?:all )?(?:my|our) (?:life )?savings)"
)
_UNWELL = (
    r"(?:(?:i'?m|i am|i was|been|she'?s|he'?s|is|was) (?:really |very |seriously |quite )?(?:ill|in (?:the )?hospital|in a coma|disabled|housebound|bedridden|signed off sick)"
    r"|off sick (?:since|with|for)|(?:on|in) (?:the )?(?:a ?& ?e|emergency room|er (?:till|until|all night))|broke (?:my|his|her) (?:hip|back|neck|leg|arm|wrist)"
    r"|(?:hip|spinal|heart|brain|major|emergency) (?:surgery|operation)|wheelchair|panic attacks?|mental health|depress(?:ed|ion)\b"
    r"|(?:can'?t|cannot|not) (?:cope|go on)|(?:i'?m|been) (?:crying|in tears|in bits)|end my life|in treatment (?:since|for|at))"
)
_GRIEF = (
    rf"(?:{_MY_KIN} (?:\w+ ){{0,3}}?{_DYING}|(?:i|we) (?:just )?lost (?:my|our|him|her) ?{_KIN}?\b|(?:my|our) late {_KIN}|widow(?:ed|er)?\b|bereave\w*"
    r"|funeral|death certificate|probate|next of kin|(?:closing|close) (?:a |the )?(?:deceased|estate)|(?:to|let us|will) bury (?:him|her|my)|the deceased)"
)
_OBJECTS = r"(?:that|this|it|one|them|everything|all (?:of )?(?:that|this|it))"
_THINGS_HELD = r"(?:account|contract|service|services|subscription|membership|plan|policy|line|cover|agreement|everything|the lot|package|direct debit)"
_SELLING = r"(?:offers?|promotions?|promos?|deals?|upgrades?|upsell\w*|extras?|add.?ons?|sales? (?:pitch|talk|spiel)|pitch(?:es)?|specials|marketing|adverts?)"


@dataclass(frozen=True, slots=True)
class Signs:
    """How one flag shows.

    Attributes:
        pattern: Raises the flag where it is found in a clause.
        never: Says the opposite or something else with the same words; the pattern is not looked for there.
        withdrawn: Takes the flag back.
        examples: Sentences for the encoder; a clause close to one raises the flag.
        denied_counts: Whether the pattern counts in a denied or supposed clause too ("i can't afford it").
    """

    pattern: re.Pattern[str]
    never: re.Pattern[str]
    withdrawn: re.Pattern[str] | None = None
    examples: tuple[str, ...] = field(default=())
    denied_counts: bool = False


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){pattern}" for pattern in patterns), re.IGNORECASE)


SIGNS: dict[FlagId, Signs] = {
    FlagId.VULNERABLE: Signs(
        pattern=_words(_GRIEF, _ILLNESS + r"\b", _LOST_WORK, _SHORT_OF_MONEY, _VICTIM, _UNWELL),
        never=_words(
            r"(?:phone|battery|laptop|car|engine|screen|signal|line|app|it|router|boiler|fridge) (?:\w+ )?died",
            r"(?:passed|passes) (?:it|me|my (?:test|exam|driving)|the|around|on to|by|through|over)",
            r"heart attack when",
            r"nearly (?:had|died|gave)",
            r"breakdown (?:cover|of|service|truck|recovery)",
            r"star sign",
            r"cancer research",
            r"let (?:it|that|this|them) go\b",
            r"let \w+ go (?:to|in|out|on|and|through)",
            r"died (?:laughing|down|on me)",
            r"broke down",
            r"breakdown (?:on|in) (?:my|the) (?:bill|invoice)",
            r"stroke of",
            r"strokes? (?:of|per)",
            r"(?:\d|one|two|three|four|five|six|seven|eight|nine|ten) stroke",
            r"like a \w+ ?\w*$",
            r"(?:bless (?:her|him|them)|i'll let you go)",
            r"robbed (?:worse|blind|in)",
            r"wreck",
        ),
        examples=(
            "my husband passed away last month",
            "my mother died and i am sorting out her things",
            "we buried my dad on tuesday",
            "she's gone and i am on my own now",
            "he always took care of these things before he died",
            "i'm ringing to close my late wife's account",
            "i lost my job and can't keep up with the payments",
            "they let me go and there is no money coming in",
            "the company shut and we were all laid off",
            "i only have a few pounds to last until payday",
            "i can't pay the rent this month",
            "i have to choose which bill to pay",
            "i'm on benefits and every penny counts",
            "i've had to use the food bank",
            "i am drowning in debt and don't know what to do",
            "i'm having chemotherapy at the moment",
            "i've just been told i have cancer",
            "my son is in hospital and very ill",
            "i had a stroke and can't manage on my own",
            "i've not been well, i'm waiting for an operation",
            "my daughter was hurt and we spent the night in the emergency room",
            "my mother was burned and is in pain",
            "someone tricked me and took all my savings",
            "i gave a stranger my password and now my money is gone",
            "somebody broke into our house and took everything",
            "i'm scared he will find out where i live",
            "i've been so low lately, i can't stop crying",
            "i don't know how i'm going to cope",
            "my wife uses a wheelchair and can't get out of the house",
            "i can't see well enough to read the letters",
        ),
        denied_counts=True,
    ),
    FlagId.COMPLAINT: Signs(
        pattern=_words(
            r"(?:make|file|lodge|raise|log|open|submit|put in|register|escalate) (?:a|an|another|my|this|the) (?:\w+ )?(?:complaint|grievance)",
            r"(?:formal|official|written) complaint",
            r"(?:want|going|like|need|intend|have) to complain\b",
            r"complain(?:ed|ing)? (?:about|to (?:your|the|head))",
            r"complaints? (?:department|team|procedure|process)",
            r"(?:this is|it'?s) a complaint",
            r"(?:speak|talk|get|put me|escalate|pass me|transfer me)(?: \w+){0,3} (?:to|through to|me) (?:a|an|your|the) (?:\w+ )?(?:manager|supervisor|superior|boss)",
            r"(?:your|a) (?:manager|supervisor) (?:now|please|on the (?:phone|line))",
            r"(?:solicitors?|barristers?|attorneys?|lawyers?)\b",
            r"legal (?:action|proceedings|advice|claim|team)",
            r"(?:my|retain\w*|through|legal) counsel\b",
            r"(?:sue|suing) (?:you|them|the|this|your)",
            r"(?:take|taking|see) (?:you|this|them|it) (?:all )?(?:to|in) court",
            r"small claims",
            r"class action",
            r"(?:ombudsman|regulator|trading standards|better business bureau|bbb|consumer (?:rights|protection|affairs|court)|watchdog|attorney general|chargeback)\b",
            r"(?:go|going|gone) to the (?:papers|press|newspapers|media|police about you)",
            r"address for service",
            r"on (?:the )?record",
        ),
        never=_words(
            r"no complaints?",
            r"(?:can'?t|cannot|not|never|ain'?t|isn'?t|won'?t|mustn'?t|shouldn'?t) (?:really )?(?:here to )?(?:complain\w*|going to complain)",
            r"(?:like|as|am|i'?m|he'?s|she'?s|being|work(?:s|ing)? (?:as|for)) (?:a|an|some) (?:\w+ )?(?:lawyer|solicitor|attorney|barrister)s?",
            r"power of attorney",
            r"(?:lawyer|solicitor|attorney)'?s? (?:friend|conference|office (?:party|move))",
            r"on record (?:is|as|for)",
        ),
        examples=(
            "i want to make an official complaint about this",
            "i am going to take this further",
            "you will be hearing from my lawyer",
            "i will report you to the regulator",
            "i want this dealt with by somebody senior",
            "i expect a written response from your head office",
            "i'm holding your company responsible for the damage",
            "put me through to your manager",
        ),
    ),
    FlagId.CHURN: Signs(
        pattern=_words(
            rf"(?:cancel|close|end|terminate|stop|quit|get (?:rid|out) of|come out of|get out of) (?:down )?(?:(?:my|our|the|this|your|that|whole|entire) )+(?:\w+ )?{_THINGS_HELD}",
            r"(?:want|going|like|need|wanna|gonna|ready|thinking (?:of|about)) (?:to )?(?:leave|leaving|quit|quitting) (?:you|the (?:gym|club|company|bank)|this (?:company|bank)|altogether|you (?:lot|guys|people))",
            r"(?:going|go|moving|move|switch(?:ing)?|changing|change|taking it) (?:over )?to (?:another|a different|some ?(?:one|body) else|one of your|(?:a|your) competitors?|a new|an ?other) ?(?:provider|company|supplier|bank|gym|shop|store|firm|insurer|carrier)?",
            r"(?:switch|swap|change) (?:provider|supplier|carrier|bank|insurer|compan)\w*",
            r"(?:go|going|shop|look|looking|take (?:my|our) (?:business|money|custom)) elsewhere",
            r"tak(?:e|ing) (?:my|our) (?:business|custom|money) (?:away|somewhere|to)",
            r"(?:never|not|won'?t(?: be)?|ain'?t) (?:\w+ )?(?:use|using|buy|buying|book|booking|shop|shopping|order|ordering|coming back|renew|renewing|fly|flying|deal|dealing)(?: \w+){0,3} (?:again|anymore|any more|ever|with (?:you|this))",
            r"(?:last time|that'?s it,?) (?:i|we)(?:'?ll| will|'?m)? (?:ever )?(?:use|using|book|order|shop|buy|come)",
            r"(?:i'?m|we'?re|i am) (?:done|finished|through|out)\b(?: with (?:you|this|y'?all))",
            r"(?:pac|port.?out|transfer.?out|mac) code",
            r"port (?:my|the) number (?:out|away)",
            r"(?:shop|shopping) around",
            r"better (?:deal|offer|price|rate) (?:elsewhere|with|from|at|somewhere)",
            r"(?:won'?t|not) (?:be )?renew(?:ing)?\b",
            r"lose (?:me|us) as (?:a )?customer",
            r"lost (?:a|me as a) customer",
        ),
        never=_words(
            r"(?:don'?t|do not|not|didn'?t|doesn'?t|never) (?:want to |wanna |going to |gonna )?(?:cancel\w*|clos\w+|leav\w+|switch\w*) (?:my|the|our|it|you|anything|today)",
            r"(?:was|got|been|is|were|you(?:'ve| have)?) (?:just )?cancel\w*",
        ),
        withdrawn=_words(
            r"(?:i|we)(?:'?ll| will|'?m going to|'?m gonna| guess i'?ll)? (?:just )?(?:stay|stick) (?:with|on|then|put|for|a|where|here)",
            r"(?:i|we)(?:'?ll| will) stay\b",
            r"(?:keep|leave) (?:it|my account|the account|the plan|things|everything) (?:on|open|going|running|as (?:it|they) (?:is|are|was))",
            r"(?:not|won'?t|don'?t(?: want to)?|no need to) (?:be )?(?:cancel\w*|leav(?:e|ing)|switch\w*|clos(?:e|ing))\b(?! (?:it|you) (?:right|today) yet)",
            r"changed my mind",
            r"(?:forget|scrap|never mind) (?:about )?(?:the )?(?:cancel\w+|leaving|closing|switching)",
            r"(?:you'?ve|you) (?:talked me|won me|convinced me|kept me)",
        ),
        examples=(
            "i want to cancel my contract with you",
            "please close my account for good",
            "i am thinking of moving to another company",
            "i've had a better offer from your competitor",
            "i won't be using you again",
            "that's the last time i order from you",
            "i'd like to end my membership",
            "you've lost me as a customer",
        ),
    ),
    FlagId.DECLINED: Signs(
        pattern=_words(
            rf"(?:don'?t|do not|didn'?t|not|no longer|never|nor) (?:\w+ ){{0,4}}?(?:want|need|like|wanna|interested in|looking for|wish|care for|hear(?:ing)?|be offered|going through)(?: \w+){{0,4}}? (?:any(?:thing)? (?:else )?(?:sold|more products?|products?|pitched)|any (?:\w+ )?{_SELLING}|{_SELLING})",
            r"(?:don'?t|do not|not) (?:\w+ ){0,4}?(?:sell|selling|sold|flog\w*|pitch\w*|upsell\w*|offered|push)\b(?! out| it| by| until| for| my| our| the)",
            rf"(?:no|without|stop with|enough of|spare me|skip|none of|sick of|tired of)(?: \w+){{0,3}}? (?:{_SELLING}|selling|sales)",
            r"(?:not|ain'?t|never) (?:buying|signing up for|taking out|purchasing|spending) (?:any|a|no|one|more|nothing)",
            r"not interested",
            r"(?:stop|quit) (?:selling|offering|pitching|pushing|trying to sell)",
            r"(?:i|i'?ve|i have)(?: already)? (?:said|told \w+|say) no\b",
            r"(?:no|nah),? (?:i'?m|we'?re) (?:good|fine|okay) (?:for|with what)",
        ),
        never=_words(
            r"not interested in (?:cancel|leav|why|excuses|apolog|a refund|compensation|hearing)",
            r"(?:no|without) (?:special )?(?:offers?|deals?) (?:came|available|on|showed|appear)",
        ),
        examples=(
            "please don't try to sell me anything",
            "i don't want to hear about any offers today",
            "i said no, i'm not interested in anything else you sell",
            "no sales talk please, just fix my problem",
            "every time i call someone tries to sell me something",
            "i'm not buying anything today",
        ),
        denied_counts=True,
    ),
    FlagId.NO_CONSENT: Signs(
        pattern=_words(
            r"(?:don'?t|do not|didn'?t|never|not|withdraw (?:my)?) (?:\w+ ){0,3}?consent(?:ed|ing)?\b(?! form)",
            r"opt(?:ed|ing)?(?: me)? out (?:of|from)? ?(?:all |any |your |the )?(?:marketing|offers?|promo\w*|emails?|everything|that stuff)",
            r"take me off (?:your|the|that|any|all) (?:\w+ )?(?:lists?|mailing|marketing)",
            r"unsubscribe me",
            r"(?:stop|don'?t|do not|no more|never) (?:\w+ )?(?:send(?:ing)?|email(?:ing)?|text(?:ing)?|call(?:ing)?|ring(?:ing)?|contact(?:ing)?|use|using)(?: \w+){0,5}? (?:marketing|offers?|promo\w*|adverts?|win ?back|newsletters?|for (?:sales|advertising|marketing))",
            r"(?:not allowed|no right|don'?t have (?:my )?permission|never gave (?:you )?(?:my )?permission) to (?:use|contact|call|email|market|share)",
            r"marketing (?:list|emails?|calls?|texts?) (?:off|stopped|removed)",
        ),
        never=_words(r"(?:yes|sure|happy) (?:i|to) (?:consent|agree)"),
        examples=(),
        denied_counts=True,
    ),
    FlagId.HURRY: Signs(
        pattern=_words(
            r"in (?:a (?:bit of a |real |bloody |massive |huge |big |tearing )?|such a )(?:hurry|rush)",
            r"hurry up",
            r"and hurry",
            r"(?:please|just|can you|could you|need (?:you )?to) (?:be quick|hurry|make (?:it|this) (?:quick|fast|snappy))",
            r"(?:make|keep) (?:it|this) (?:quick|short|brief|fast|snappy)",
            r"(?:i'?m gonna|i'?ll|i will|need to) be (?:brief|quick)",
            r"(?:need|have|got|gotta|'ve) (?:to|ta) be quick",
            r"(?:i|we)(?:'?ve| have|'?m)? (?:only )?(?:got|have|on|gotta)? ?(?:only |about |like |maybe |just |literally )*(?:a (?:minute|moment|second|couple of minutes|few minutes)|(?:one|two|three|four|five|ten|fifteen|\d+) (?:minutes?|mins?))(?: left)? (?:okay|ok|before|max|tops|till|until|to spare|then i)",
            r"(?:i|we) (?:only )?(?:have|got) (?:about |like |only )?(?:two|three|four|five|ten|\d+) min(?:ute)?s?\b(?! (?:ago|late|of|from|away|left on|a ))",
            r"(?:i|we)(?:'?ve| have)? (?:got to|gotta|have to|need to|must|should|'ll have to) (?:go|run|leave|dash|shoot|get going|head out|rush|catch)\b(?! (?:to the (?:store|shop|branch)|through|over|back|and|up|down|by|with|for|my|all|from))",
            r"(?:running|i'?m|i am|we'?re|gonna be|going to be|be) late (?:for|to)",
            r"(?:boarding|meeting|appointment|class|exam|shift|seminar|interview|client\b.{0,20}|train|bus|flight|lunch break)(?: \w+){0,3} (?:starts? |is |leaves? |ends )?in (?:like |about )?(?:\w+ )?(?:minutes?|mins?|a minute|\d+|half an hour)",
            r"(?:no|don'?t have|haven'?t got|ain'?t got) (?:the |any )?(?:time|all day)(?: for|\b)",
            r"asap\b",
            r"as (?:fast|quick(?:ly)?) as (?:you can|possible)",
        ),
        never=_words(
            r"(?:no|not|never|isn'?t|ain'?t|aren'?t|without|don'?t|what'?s the) (?:\w+ ){0,3}?(?:rush|hurry)",
            r"take your time",
            r"(?:not|no) in (?:a|any) (?:rush|hurry)",
        ),
        examples=(),
        denied_counts=True,
    ),
}
"""Every flag's signs."""

PITCH = _words(
    r"(?:did you know|you know (?:that )?(?:you|we)|you(?:'d| would)? qualify|you(?:'re| are) eligible|have you (?:thought|considered|heard)|upgrade|special offer)",
    r"(?:would|could|might) (?:i|we|you) (?:\w+ )?(?:interest|be interested|tempt|offer you|like to (?:add|try|upgrade|hear|take|join))",
    r"(?:can|could|may) i (?:interest|offer|tempt|tell you about|sell)",
    r"(?:we|i)(?:'ve| have| do have|'re| are)? (?:\w+ ){0,3}?(?:offer(?:ing)?|deals?|discounts?|promotion|bundle|package|per ?cent off|insurance|protection|plan)\b",
    r"(?:for|only|just|it's|is)(?: \w+){0,3}? (?:[$£€]\d|pounds?|dollars?|bucks|quid|percent|% off)",
    r"(?:a|per|each) month for",
    r"haven't got any",
    r"really popular",
    r"you could (?:add|save|get)",
)
"""How an agent offers something."""

WRAP_UP = _words(
    r"anything else",
    r"any(?:thing)? (?:other|more)",
    r"that(?:'s| is) (?:all|everything)",
    r"(?:else|more) (?:i|we) can (?:help|do)",
)
"""How an agent asks whether that was all; a "no" to it declines nothing."""

REFUSAL = re.compile(
    r"\W*(?:(?:uh|um|er|oh|ah|well|ha|lol|hm+|look|sorry|yes|yeah)\W+)*(?:no(?:pe|ah|h)?|nah|not (?:today|now|for me|interested|really|right now|at the moment)|i(?:'m| am) (?:good|okay|fine|alright)"
    r"|i(?:'ll| will) (?:pass|leave it)|didn'?t ask|(?:what|ah ah what) did i say|what'?d i say|i don'?t (?:want|need)|don'?t (?:want|need)|please (?:stop|don'?t)|stop|leave it)\b",
    re.IGNORECASE,
)
"""How a customer turns down what was just offered."""

ORDINARY = (
    "my phone battery died",
    "the app keeps crashing",
    "i'd like to know my balance",
    "can you change my address",
    "i'm at work at the moment",
    "i've got a doctor's appointment on friday",
    "i work at the hospital",
    "my husband will be home then",
    "my mother wants to join as well",
    "my daughter's birthday is next week",
    "i forgot my password",
    "the order never came",
    "it costs too much for what it is",
    "is there anything cheaper",
    "i was charged twice",
    "i don't understand the bill",
    "can i pay next week instead",
    "could you check the date for me",
    "that's all i needed thank you",
    "no that's everything",
    "no thanks that's it",
    "i don't want that one i want the other one",
    "i don't need it any more",
    "that's not the right number",
    "i've been waiting for twenty minutes",
    "this is the third time i've called",
    "it's ridiculous how long this takes",
    "you sent me the wrong one",
    "i want my money back for this order",
    "i want to cancel my appointment",
    "please cancel that order and send the blue one",
    "can you stop the delivery for one week",
    "i've moved house",
    "i'm going on holiday in may",
    "we have a new baby",
    "he's away this week",
    "i'm retired now",
    "i hurt my knee at the gym",
    "my eyes aren't what they were",
    "the dog knocked it over",
    "the house is quiet with the children at school",
    "my back is a bit stiff",
    "i'm tired today",
    "i had a cold last week",
    "my brother gave it to me",
    "my account is locked",
    "the card was declined",
    "i lost my card",
    "i lost the receipt",
    "i can't find my glasses",
    "who do i speak to about delivery",
    "let me get my card",
    "it's in my wife's name",
)
"""What ordinary customers say that sounds alike; a clause closer to one of these raises nothing."""
