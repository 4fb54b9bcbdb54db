// SPDX-License-Identifier: Apache-2.0
// The stable name of each message of the module, for administrators to search for. A number is never used twice and
// never given to another message; RTMPT001 to RTMPT199 and RTMPT430 to RTMPT444 are the module's, and
// RTMPT502 to RTMPT519.
#pragma once

namespace rtmpt_proxy::apache::ids {

inline constexpr const char* kInternalError = "RTMPT001";

// Configuration
inline constexpr const char* kBadBackendUrl = "RTMPT010";
inline constexpr const char* kWorkerRefused = "RTMPT011";
inline constexpr const char* kWorkerParameterRefused = "RTMPT012";
inline constexpr const char* kBadSwitch = "RTMPT013";
inline constexpr const char* kBadTime = "RTMPT014";
inline constexpr const char* kBadSize = "RTMPT015";
inline constexpr const char* kBadGatewayPath = "RTMPT016";
inline constexpr const char* kKeepAliveTimeoutRaised = "RTMPT017";
inline constexpr const char* kProxySetMissing = "RTMPT018";
inline constexpr const char* kTextAfterOff = "RTMPT019";
inline constexpr const char* kKeysAfterBalancer = "RTMPT020";
inline constexpr const char* kNoSuchBalancer = "RTMPT021";
inline constexpr const char* kBadBalancerMember = "RTMPT022";
inline constexpr const char* kEmptyBalancer = "RTMPT023";
inline constexpr const char* kBalancerModuleMissing = "RTMPT024";
inline constexpr const char* kBadHeaderName = "RTMPT025";
inline constexpr const char* kBadPattern = "RTMPT026";
inline constexpr const char* kRouteIncomplete = "RTMPT027";
inline constexpr const char* kBadCount = "RTMPT028";
inline constexpr const char* kBadGatewayThreads = "RTMPT029";

// Requests
inline constexpr const char* kBadTarget = "RTMPT030";
inline constexpr const char* kBadFraming = "RTMPT031";
inline constexpr const char* kBodyTooLarge = "RTMPT032";
inline constexpr const char* kBodyUnreadable = "RTMPT033";
inline constexpr const char* kNoIdent = "RTMPT034";
inline constexpr const char* kNotATunnelRequest = "RTMPT035";
inline constexpr const char* kUnknownSession = "RTMPT036";
inline constexpr const char* kRequestRefused = "RTMPT037";
inline constexpr const char* kConnectionHasFilters = "RTMPT038";
inline constexpr const char* kReplyNotWritten = "RTMPT039";
inline constexpr const char* kPatternGaveUp = "RTMPT040";

// The site's own rules, and streams that come back
inline constexpr const char* kStreamsLeftAlone = "RTMPT041";
inline constexpr const char* kOpenComesBack = "RTMPT042";
inline constexpr const char* kBadHops = "RTMPT043";
inline constexpr const char* kOwnAddress = "RTMPT044";

// Sessions
inline constexpr const char* kBackendFailed = "RTMPT050";
inline constexpr const char* kGatewayRefused = "RTMPT051";
inline constexpr const char* kBadWorkerUrl = "RTMPT052";
inline constexpr const char* kTooManySessions = "RTMPT053";
inline constexpr const char* kTooManySessionsOfClient = "RTMPT054";
inline constexpr const char* kMemberChosen = "RTMPT055";
inline constexpr const char* kMemberNotChosen = "RTMPT056";
inline constexpr const char* kTooManyWait = "RTMPT057";

// Status
inline constexpr const char* kSessionEndedByPage = "RTMPT110";
inline constexpr const char* kStatusBrokenOff = "RTMPT186";
inline constexpr const char* kServerDrainedByPage = "RTMPT187";

// Bodies of requests
inline constexpr const char* kTooMuchReadAhead = "RTMPT127";
inline constexpr const char* kBodyChanged = "RTMPT128";

// Requests and the gateway
inline constexpr const char* kGatewayUnavailable = "RTMPT060";
inline constexpr const char* kHandedOver = "RTMPT061";
inline constexpr const char* kHandOverDeclined = "RTMPT062";
inline constexpr const char* kHandOverLost = "RTMPT063";
inline constexpr const char* kNoGatewayRuns = "RTMPT065";
inline constexpr const char* kPumped = "RTMPT066";
inline constexpr const char* kPumpDeclined = "RTMPT067";
inline constexpr const char* kPumpEnded = "RTMPT068";
inline constexpr const char* kPumpCannotWatch = "RTMPT069";
inline constexpr const char* kPumpNotStarted = "RTMPT070";
inline constexpr const char* kNoSharedWaits = "RTMPT141";

// Streams and the places of httpd's children
inline constexpr const char* kRetiredStreamsEnd = "RTMPT071";
inline constexpr const char* kNoChildBoard = "RTMPT072";
inline constexpr const char* kNoPlaceForStream = "RTMPT073";
inline constexpr const char* kPlacesToldByConfigtest = "RTMPT074";
inline constexpr const char* kBadRetiredChildren = "RTMPT075";

// Life of the gateway
inline constexpr const char* kGatewayStarted = "RTMPT080";
inline constexpr const char* kGatewayNotStarted = "RTMPT081";
inline constexpr const char* kGatewayDied = "RTMPT082";
inline constexpr const char* kGatewayRetires = "RTMPT083";
inline constexpr const char* kGatewayRetired = "RTMPT084";
inline constexpr const char* kGatewayNotReplaced = "RTMPT085";
inline constexpr const char* kGatewayHeldBack = "RTMPT086";
inline constexpr const char* kSettingsNotSent = "RTMPT087";
inline constexpr const char* kNoSharedMemory = "RTMPT088";
inline constexpr const char* kSignalHandler = "RTMPT089";

// The client's address for backends
inline constexpr const char* kBadForwardClient = "RTMPT090";
inline constexpr const char* kForwardClientMisfit = "RTMPT091";

// The client's address behind proxies
inline constexpr const char* kBadProxyAddress = "RTMPT100";
inline constexpr const char* kNoProxyAddress = "RTMPT101";
inline constexpr const char* kBadClientHeader = "RTMPT102";
inline constexpr const char* kBadRestoreSwitch = "RTMPT103";
inline constexpr const char* kPredecessorLoaded = "RTMPT104";
inline constexpr const char* kNotFromProxy = "RTMPT105";
inline constexpr const char* kClientRestored = "RTMPT106";
inline constexpr const char* kBadForwardedValue = "RTMPT107";
inline constexpr const char* kNotAnnounced = "RTMPT108";
inline constexpr const char* kBadProxyHeader = "RTMPT111";
inline constexpr const char* kSilentProxy = "RTMPT112";
inline constexpr const char* kProxyForItself = "RTMPT113";
inline constexpr const char* kAnnounced = "RTMPT114";
inline constexpr const char* kNobodyMayAnnounce = "RTMPT115";
inline constexpr const char* kProxyProtocolTwice = "RTMPT116";
inline constexpr const char* kProxyHeaderOfStranger = "RTMPT117";

// The control socket
inline constexpr const char* kBadControlSocket = "RTMPT150";
inline constexpr const char* kControlSocketNotMade = "RTMPT151";

// Backends and their names
inline constexpr const char* kBackendNotTried = "RTMPT154";

// The rights of the gateway
inline constexpr const char* kBadGatewayUser = "RTMPT152";
inline constexpr const char* kGatewayUserUnused = "RTMPT153";

// Logins
inline constexpr const char* kLoginWithoutDigest = "RTMPT502";
inline constexpr const char* kLoginWithoutModule = "RTMPT503";
inline constexpr const char* kBadLoginRealm = "RTMPT504";
inline constexpr const char* kLoginWithoutAsks = "RTMPT505";
inline constexpr const char* kNoDigestModule = "RTMPT506";
inline constexpr const char* kOpenRefused = "RTMPT510";
inline constexpr const char* kReadablePassword = "RTMPT511";

// Media servers of applications
inline constexpr const char* kPassMisplaced = "RTMPT507";
inline constexpr const char* kAppPassUnused = "RTMPT508";
inline constexpr const char* kAppPassBindsOneLeg = "RTMPT509";

// The access log
inline constexpr const char* kBadLogWord = "RTMPT140";

// The session log
inline constexpr const char* kBadSessionLog = "RTMPT120";
inline constexpr const char* kFormatAfterOff = "RTMPT121";
inline constexpr const char* kBadSessionLogFormat = "RTMPT122";
inline constexpr const char* kSessionLogNotOpened = "RTMPT123";
inline constexpr const char* kSessionLogProgramNotRun = "RTMPT124";
inline constexpr const char* kTooManySessionLogs = "RTMPT125";
inline constexpr const char* kRefusalNotLogged = "RTMPT126";

// What `httpd -t` looks at
inline constexpr const char* kSessionLogPlace = "RTMPT160";
inline constexpr const char* kSessionLogProgramPlace = "RTMPT161";
inline constexpr const char* kControlSocketPlace = "RTMPT162";
inline constexpr const char* kGatewayPlace = "RTMPT163";
inline constexpr const char* kNoProxyBelieved = "RTMPT164";
inline constexpr const char* kForbidWithoutRestore = "RTMPT165";
inline constexpr const char* kRemoteIpToo = "RTMPT166";
inline constexpr const char* kPassTwice = "RTMPT167";
inline constexpr const char* kProxyPassPath = "RTMPT168";
inline constexpr const char* kKeepAliveOff = "RTMPT169";
inline constexpr const char* kSmallRequestBody = "RTMPT170";
inline constexpr const char* kNoStreamsHere = "RTMPT171";
inline constexpr const char* kUnknownLbmethod = "RTMPT172";
inline constexpr const char* kHealthCheckMissing = "RTMPT173";
inline constexpr const char* kForeignStreamUrl = "RTMPT174";
inline constexpr const char* kPageOfRtmpServer = "RTMPT175";
inline constexpr const char* kTrustFileUnusable = "RTMPT176";
inline constexpr const char* kTlsLineWithoutEffect = "RTMPT177";

// Clients that speak RTMP itself
inline constexpr const char* kBucketsAndRtmp = "RTMPT190";
inline constexpr const char* kNoAskListener = "RTMPT191";
inline constexpr const char* kBadAsk = "RTMPT192";
inline constexpr const char* kRtmpRefused = "RTMPT193";
inline constexpr const char* kRtmpHandedOver = "RTMPT194";
inline constexpr const char* kRtmpNotHandedOver = "RTMPT195";
inline constexpr const char* kRtmpsNeedsEvent = "RTMPT196";
inline constexpr const char* kRuleBindsOneLeg = "RTMPT197";
inline constexpr const char* kRemoteIpHidesClients = "RTMPT198";

// TLS that ends at the gateway
inline constexpr const char* kBadTlsTermination = "RTMPT430";
inline constexpr const char* kTlsStaysHere = "RTMPT431";
inline constexpr const char* kAllTlsStaysHere = "RTMPT432";
inline constexpr const char* kTerminatesNoTls = "RTMPT433";
inline constexpr const char* kTlsModuleMissing = "RTMPT434";
inline constexpr const char* kTlsBehindRemoteIp = "RTMPT435";
inline constexpr const char* kTlsForRtmptAlone = "RTMPT436";
inline constexpr const char* kTlsHandedOver = "RTMPT437";
inline constexpr const char* kTlsServersNotSent = "RTMPT438";
inline constexpr const char* kTlsTrustDiffers = "RTMPT439";
inline constexpr const char* kTlsClientHandedOver = "RTMPT440";
inline constexpr const char* kTlsClientKept = "RTMPT441";
inline constexpr const char* kTlsClientLost = "RTMPT442";
inline constexpr const char* kLifelineGarbled = "RTMPT443";

// Who may publish and play
inline constexpr const char* kBadBitRate = "RTMPT520";
inline constexpr const char* kClientBanned = "RTMPT521";
inline constexpr const char* kSessionBannedByPage = "RTMPT529";
inline constexpr const char* kStreamRulesOff = "RTMPT470";
inline constexpr const char* kStreamRuleImplied = "RTMPT471";
inline constexpr const char* kStreamRuleForFiles = "RTMPT472";

// The hub
inline constexpr const char* kTextAfterHub = "RTMPT560";
inline constexpr const char* kBadGopCache = "RTMPT561";
inline constexpr const char* kNobodyMayPublish = "RTMPT562";
inline constexpr const char* kHubsApart = "RTMPT563";
inline constexpr const char* kHubIsNoMember = "RTMPT564";
inline constexpr const char* kHubIsTold = "RTMPT565";
inline constexpr const char* kBadWatch = "RTMPT566";
inline constexpr const char* kBadOrigin = "RTMPT567";
inline constexpr const char* kWatchesNoHub = "RTMPT568";
inline constexpr const char* kViewerRefused = "RTMPT569";
inline constexpr const char* kViewerTaken = "RTMPT570";
inline constexpr const char* kListRefused = "RTMPT578";
inline constexpr const char* kListsNoHub = "RTMPT579";
inline constexpr const char* kListsHiddenNames = "RTMPT580";
inline constexpr const char* kListIsOpen = "RTMPT582";
inline constexpr const char* kOpenRuleBindsNoViewer = "RTMPT589";
inline constexpr const char* kBadCacheKey = "RTMPT603";
inline constexpr const char* kCacheGivesUp = "RTMPT604";
inline constexpr const char* kEverybodyMayPublish = "RTMPT606";
// Tokens of streams
inline constexpr const char* kTokenKeysUnusable = "RTMPT480";
inline constexpr const char* kBadTokenRule = "RTMPT481";
inline constexpr const char* kTokenRuleWithoutKeys = "RTMPT482";
inline constexpr const char* kTokenKeysUnused = "RTMPT483";
inline constexpr const char* kTokenRefused = "RTMPT484";

// Callbacks about streams
inline constexpr const char* kBadCallbackRule = "RTMPT490";
inline constexpr const char* kCallbackRefused = "RTMPT491";
inline constexpr const char* kCallbackIsOpen = "RTMPT492";
inline constexpr const char* kBadDoneCallback = "RTMPT493";
inline constexpr const char* kDoneNotTold = "RTMPT494";
inline constexpr const char* kDoneNeverAsked = "RTMPT495";

// The player
inline constexpr const char* kNoPlayer = "RTMPT575";
inline constexpr const char* kPlayerMissing = "RTMPT576";
inline constexpr const char* kPlayerWithoutWatch = "RTMPT577";

} // namespace rtmpt_proxy::apache::ids
