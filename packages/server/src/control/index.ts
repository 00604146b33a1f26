export { AliasStore } from './aliases/alias-store.ts';
export { Aliases } from './aliases/aliases.ts';
export type { AdditionalVersion, Alias, AliasTarget, RoutingRule } from './aliases/types.ts';
export { AsyncConfigStore } from './async-config/async-config-store.ts';
export { AsyncConfigs } from './async-config/async-configs.ts';
export { AsyncStatusLogs } from './async-config/async-status-logs.ts';
export type { DestinationContext, DestinationRules, ResultPlace } from './async-config/destination-rules.ts';
export { readDestination } from './async-config/read-destination.ts';
export type { AsyncConfig, Destination, NewAsyncConfig, Setter } from './async-config/types.ts';
export { Catalog, type CatalogEntry, type VersionSnapshot } from './catalog.ts';
export { checkCount, checkDescription, checkLength, checkRange } from './checks.ts';
export { Dependencies, type DependencyFilter } from './dependencies/dependencies.ts';
export { DependencyStore } from './dependencies/dependency-store.ts';
export { PublicPackages } from './dependencies/public/public-packages.ts';
export { type DependencyVersion, type NewDependency, PUBLIC } from './dependencies/types.ts';
export { FileSystemStore } from './file-systems/file-system-store.ts';
export { FileSystems } from './file-systems/file-systems.ts';
export { locationOf } from './file-systems/location.ts';
export type { FileSystemState, NewFileSystem } from './file-systems/types.ts';
export { FunctionExports } from './function-archives/function-exports.ts';
export { type ExportedFunction, FunctionImports, type NamedDependency } from './function-archives/function-imports.ts';
export { FunctionTemplates } from './function-templates/function-templates.ts';
export type { BothLanguages, FunctionTemplate, TemplateCode } from './function-templates/types.ts';
export { FunctionUrlStore } from './function-urls/function-url-store.ts';
export { FunctionUrls } from './function-urls/function-urls.ts';
export { CatalogSource } from './functions/catalog-source.ts';
export type { FunctionAccess } from './functions/function-access.ts';
export { FunctionStore } from './functions/function-store.ts';
export { Functions } from './functions/functions.ts';
export { functionUrn } from './functions/snapshot.ts';
export type {
  CodeChange,
  ConfigChange,
  FunctionConfig,
  FunctionImage,
  FunctionName,
  FunctionSettings,
  FunctionState,
  ImageChoice,
  NewCode,
  NewFunction,
  OpaqueFields,
  Runtimes,
} from './functions/types.ts';
export { type ApiSettings, isApi, RELEASE } from './gateway-apps/api-settings.ts';
export { GatewayAppStore } from './gateway-apps/gateway-app-store.ts';
export { type CallingApp, GatewayApps } from './gateway-apps/gateway-apps.ts';
export type { AppSecrets, GatewayApp } from './gateway-apps/types.ts';
export { NetworkStore } from './networks/network-store.ts';
export { Networks } from './networks/networks.ts';
export type { NetworkState, NewNetwork } from './networks/types.ts';
export { ProjectContentsStore } from './projects/project-contents-store.ts';
export { nextChange, peakCount } from './reserved-instances/desired-count.ts';
export { ReservedConfigStore } from './reserved-instances/reserved-config-store.ts';
export { ReservedConfigs, reservedQuota } from './reserved-instances/reserved-configs.ts';
export { ReservedPlaces } from './reserved-instances/reserved-places.ts';
export { ReservedRoomStore } from './reserved-instances/reserved-room-store.ts';
export { leastCount, trackedCount } from './reserved-instances/tracked-count.ts';
export type { Reservation, ReservedConfig } from './reserved-instances/types.ts';
export { ShareStore } from './shares/share-store.ts';
export { Shares } from './shares/shares.ts';
export type { ShareKind } from './shares/types.ts';
export { firedIn, TickStore } from './triggers/tick-store.ts';
export { projectQuota } from './triggers/trigger-quota.ts';
export type {
  FlowListener,
  KindQuota,
  NewTriggerOf,
  TriggerNeighbours,
  TriggerRules,
  TriggerSources,
} from './triggers/trigger-rules.ts';
export { countOfKinds, TriggerStore } from './triggers/trigger-store.ts';
export { shownQualifier, type TriggerRef, Triggers } from './triggers/triggers.ts';
export type { Firing, Trigger, TriggerSettings } from './triggers/types.ts';
export { VersionStore } from './versions/version-store.ts';
export { Versions } from './versions/versions.ts';
