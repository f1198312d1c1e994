"""Word lists for finding noun phrases in abstracts without a tagger."""

from __future__ import annotations

BREAKS = frozenset(
    """
    abilities ability abstract achieve achieved achieves achieving adapt adapts addition
    additional additionally address addressed addresses addressing adopt adopted adopting adopts
    advance advanced advancement advancements advances advancing advantage advantages aim aimed
    aiming aims align aligns allow allowed allowing allows amount analyse analyses analysis
    analyze analyzed analyzes analyzing application applications applied applies apply applying
    approach approaches approximately area areas argue argues article arxiv aspect aspects
    attain attains attention author authors available base based baseline baselines become
    becoming best better billion boost boosting boosts bridge bridges bridging bring brings call
    called capabilities capability capture captured captures capturing case cases certain
    challenge challenges challenging code codes com combine combined combines combining common
    commonly community comparable compare compared compares comparing competitive comprehensive
    conclusion condition conditioned conduct conducted conducting conducts consider considered
    considering considers consist consistently consisting consists contain containing contains
    contrast contribution contributions create created creates creating critical crucial current
    currently day days deliver delivers demonstrate demonstrated demonstrates demonstrating
    depend dependent depends derive derived design designed designing designs develop developed
    developing development developments develops different direction directions directly
    discover discovered diverse easily effect effective effectively effectiveness effects
    efficiently effort efforts eight emerge emerged emerges emerging employ employed employing
    employs empower enable enabled enables enabling enhance enhanced enhances enhancing ensure
    ensures ensuring entire especially essential establish established establishes evaluate
    evaluated evaluates evaluating evaluation evaluations evidence example examples exceed
    exceeds exhibit exhibited exhibits existing experiment experimental experiments explore
    explored explores exploring extend extended extending extends extensive extensively extent
    facilitate facilitates facilitating fact factor factors field finally find finding findings
    finds first five focus focused focuses focusing follow followed following follows four
    framework frameworks full fully future gap gaps general generally generate generates
    generating github goal goals good great greatly help helped helping helps high higher
    highest highlight highlighting highlights highly hope http https hundred identified
    identifies identify identifying impact implement implemented implements importance important
    impressive improve improved improvement improvements improves improving include included
    includes including incorporate incorporated incorporates incorporating increase increased
    increases increasing indicate indicated indicates insight insights integrate integrated
    integrates integrating introduce introduced introduces introducing introduction investigate
    investigated investigates investigating involve involved involves involving issue issues
    jointly keep keeps key kind known lack large-scale largely lead leading leads learn learned
    learns led level levels leverage leveraged leverages leveraging like limit limitation
    limitations limited limiting limits low lower lowest made main maintain maintained
    maintaining maintains major make makes making many match matches matching method methodology
    methods million mitigate mitigates mitigating motivate motivated multiple name named nearly
    need needed needs new nine notably note novel number numbers observe observed observes
    observing obtain obtained obtaining obtains offer offered offering offers often one open
    open-source open-sourced order org outperform outperformed outperforming outperforms overall
    overcome overcomes overcoming page paper papers part particular particularly parts perform
    performance performed performing performs play plays point points pose posed poses possible
    potential practice predict predicts present presented presenting presents preserve preserves
    preserving previous previously prior problem problems process processes produce produced
    produces producing progress project promising promote promotes propose proposed proposes
    proposing prove proven proves provide provided provides providing put range recent
    recent-years recently reduce reduced reduces reducing relatively release released releases
    releasing relies rely relying remain remained remaining remains remarkable remove report
    reported reports represent represents require required requires requiring research
    researcher researchers respectively result results rethink rethinking reveal revealed
    revealing reveals revisit revisiting robustly role say scenario scenarios second see seek
    seeks seen select selected selects series serve serves serving set sets setting settings
    seven several show showed showing shown shows significant significantly similar simply
    simultaneously single six solution solutions solve solved solves solving sota specific
    specifically stage stages start starting state-of-the-art step steps strategies strategy
    strengthen strengthens strong struggle struggles studied studies study studying
    substantially success suffer suffers suggest suggested suggesting suggests superior
    superiority support supported supporting supports surpass surpasses surpassing survey tackle
    tackled tackles tackling take taken takes taking technique techniques ten tend term terms
    thing things third thousand three time times toward towards train trains two type types
    typically understand understanding unleash unleashing unlock url use used uses using usually
    utilise utilize utilized utilizes utilizing validate validated validates variety various
    vary verify want way ways website wide widely work working works worse worst www year years
    yield yielding yields zero
    """.split()
)
"""Words that end a phrase: verbs, adverbs and the stock words of abstracts."""

WEAK_ALONE = frozenset(
    """
    accuracy adaptation algorithm algorithms answer answers architecture benchmark benchmarks
    characteristic characteristics class classes classification complexity component components
    computation content context cost data dataset datasets deep design detection distribution
    distributions diversity domain domains efficiency environment environments error errors
    estimation experience feature features fine-tuning finetuning function gain generalization
    generation human image images inference information input instance instances knowledge label
    labels language large-language-models layer layers learning llm llms loss machine measure
    measures mechanism mechanisms metric metrics modalities modality model models module modules
    network networks neural object objective objects optimization output paradigm parameter
    parameters pipeline pre-training prediction predictions pretraining prior properties
    property quality question questions recognition representation representations research
    resource resources response responses robustness sample samples scale sequence sequences set
    signal signals size source space stack state states step steps structure system systems
    target task tasks term test text theory token tokens tool tools training training-data
    transfer use user users value values view weight weights world
    """.split()
)
"""Too general to be a term alone; fine as the head of a longer phrase."""

NOT_HEADS = frozenset(
    """
    artificial audio-visual automatic autoregressive average bayesian bidirectional big
    black-box clean clinical closed coarse-grained complex conventional convex corresponding
    cross-lingual cross-modal data-driven deep dense difficult diffusion-based document-level
    domain-specific downstream dynamic early easy efficient end-to-end expert explicit false
    fast few-shot fine-grained fine-tuned finetuned finite frozen gaussian general-purpose
    generic global hard hidden high-dimensional high-quality high-resource human-like
    image-level image-text image-to-text implicit in-context in-domain individual infinite
    inherent instance-level joint labeled labelled language-image large large-scale late latest
    linguistic local long long-context long-tailed long-term low-dimensional low-quality
    low-rank low-resource masked medical model-based model-free modern multi multi-agent
    multi-label multi-modal multi-scale multi-step multi-task multi-turn multi-view multilingual
    multimodal natural neural noisy nonconvex novel offline one-shot online open open-domain
    optimal out-of-distribution out-of-domain parameter-efficient pixel-level poor popular
    pre-trained pretrained private public quantum random raw real-time real-world respective
    rich seen self-supervised semi-supervised sentence-level shallow shared short short-term
    simple slow small small-scale soft sparse standard state-of-art state-of-the-art static
    stochastic suboptimal supervised task-agnostic task-specific text-audio text-image
    text-to-image text-to-video textual token-level traditional trained training-free
    transformer-based true typical underlying unidirectional uniform unlabeled unlabelled unseen
    unsupervised untrained upstream vision-language visual white-box zero-shot
    """.split()
)
"""Words, mostly adjectives, that cannot be the last word of a phrase."""

NOUNS_WITH_ADJECTIVE_ENDINGS = frozenset(
    """
    adversary animal animals appraisal approval archive arithmetic bar bed binary boundary
    calendar capital car channel channels clinic clinics collar critic critics crystal crystals
    derivative derivatives diagnostics dialectic dictionary differential dynamics economics
    embed epidemic exponential fabric fabrics feed fractal genetics glossary goal grammar
    graphic graphics heuristic heuristics hospital hospitals integral interval intervals journal
    kinematics library lidar linguistics logic manual material materials mathematics metal
    metals metric metrics mosaic music narrative need objective objectives pandemic panic
    perspective physics plastic plastics polynomial portal potential proposal proposals radar
    removal renewal retrieval rhetoric robotics seed semantic semantics seminar signal signals
    solar speed star statistic statistics summary survival tactic tactics topic topics traffic
    trial trials vocabulary withdrawal
    """.split()
)
"""Nouns that end as adjectives do."""

ING_NOUNS = frozenset(
    """
    ageing aging alignment answering backtesting bargaining caching captioning chunking
    clustering computing counting crawling debugging decoding denoising driving dubbing editing
    embedding encoding engineering filtering finetuning folding forecasting fuzzing gaming
    grounding hashing hearing heating hedging imaging indexing inpainting jailbreaking king
    labeling labelling learning lensing manufacturing mapping matching merging mining mixing
    modeling modelling navigation networking parsing planning poisoning posttraining pretraining
    pricing processing programming prompting pruning quantum-computing ranking reasoning
    rendering reranking ring routing sampling scaling scheduling searching segmenting sensing
    spelling spiking spring steering streaming string tagging testing tokenizing tracking
    trading training tuning understanding unlearning voting walking watermarking welding writing
    """.split()
)
"""Words in -ing that are nouns, not verbs."""

FOREIGN = frozenset(
    """
    ainsi alors après au aux avec avons c'est ce ces cet cette ceux chaque chez comme d'un d'une
    dans de deux donc dont du elle elles en entre est et être été ils je la le les leur leurs lors
    lorsque mais même
    ne nos notre nous nouvelle où par parmi pas peut peuvent plusieurs pour présentons proposons
    qu'il quand que quelles quels qui sans selon ses sont sous sur tous tout toute toutes très un
    une vers vous à
    aber als auch auf aus bei bis dabei dass dem der des diese diesem diesen dieser dieses durch ein
    eine einem einen einer eines für hat im ist kann können mit nach nicht noch nur ob oder sich
    sie sind sowie über und uns unter vom von vor werden wie wir wird zu zum zur zwischen
    al como con cual cuando desde donde dos el ella ellos en entre es esta estas este esto estos han
    hasta la las le les lo los más nuestro nuestra para pero por porque que se según sin sobre
    son su sus también tiene un una uno y
    ao aos às com da das do dos e em foi isso mais mas na não nas nesta neste nos num numa o os ou
    pela pelas pelo pelos são se seu seus sua suas também uma umas
    agli alla alle anche che ci da dagli dai dal dalla dei degli del della delle di gli ha hanno il
    in nel nella nelle negli non per più quale quali questa queste questi questo sono sul sulla tra
    un'
    """.split()
) - frozenset("an as do hat in on".split())
"""Function words of French, German, Spanish, Portuguese and Italian: phrases end at them."""
