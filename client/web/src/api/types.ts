// SPDX-License-Identifier: LGPL-2.1-or-later

/* Rows and answers, as interfaces/*.xml describes them. Times are seconds since 1970, durations seconds. */

export type OriginName = 'self' | 'manual' | 'blocklist';
export type Cause = '' | 'expired' | 'hand' | 'daemon' | 'list' | 'jail-stopped' | 'lost';
export type Severity = 'critical' | 'warning' | 'notice';

export interface Page {
        next_cursor: string;
        total?: number;
}

export interface Paged<Row> {
        rows: Row[];
        page: Page;
}

/* Manager */

export interface Part {
        name: string;
        state: 'ok' | 'degraded' | 'failed' | 'off';
        detail: string;
        since_at: number;
}

export interface Finding {
        kind: string;
        object: string;
        severity: Severity;
        message: string;
        advice: string;
        since_at: number;
}

export interface JailStatus {
        name: string;
        currently_banned: number;
        total_banned: number;
        currently_failed: number;
        total_failed: number;
        idle: boolean;
}

export interface Status {
        version: string;
        state: 'starting' | 'running' | 'degraded' | 'stopping';
        started_at: number;
        parts: Part[];
        findings: Finding[];
        online: boolean;
        fail2ban_version: string;
        jails: JailStatus[];
        currently_banned: number;
        total_banned: number;
        currently_failed: number;
        total_failed: number;
        probed_at: number;
        offline_reason: string;
}

export interface Stage {
        name: string;
        state: 'waiting' | 'started' | 'failed' | 'stopped';
        duration_usec: number;
}

export interface DaemonProperties {
        version: string;
        state: Status['state'];
        parts: Part[];
        stages: Stage[];
        findings: Finding[];
}

export interface AuditRow {
        id: number;
        at: number;
        uid: number;
        caller: string;
        session: string;
        unit: string;
        method: string;
        action: string;
        object: string;
        reason: string;
        result: string;
        message: string;
        correlation_id: string;
}

/* Bans */

export interface BanRow {
        jail: string;
        address: string;
        banned_at: number;
        /** -1: permanent. */
        ends_at: number;
        /** -1: permanent. */
        remaining: number;
        failures: number;
        count: number;
        country: string;
        network: number;
}

export interface ChangedPair {
        address: string;
        jail: string;
        state: 'banned' | 'already' | 'refused' | 'unbanned' | 'absent';
}

export interface BanResult {
        requested: number;
        banned: number;
        already: number;
        rows?: ChangedPair[];
}

export interface UnbanResult {
        requested: number;
        unbanned: number;
        absent: number;
        rows?: ChangedPair[];
}

export interface LookupBan extends BanRow {
        matches: string[];
        captured: Record<string, string>;
        banned_by?: number;
        reason?: string;
}

export interface EarlierBan {
        jail: string;
        banned_at: number;
        bantime: number;
        failures: number;
        count: number;
        matches: string[];
        captured?: Record<string, string>;
        origin?: OriginName;
}

export interface Lookup {
        address: string;
        banned: boolean;
        bans: LookupBan[];
        covered_by: BanRow[];
        earlier: EarlierBan[];
        earlier_error?: string;
}

export interface ExplainedLine {
        line: string;
        /** Number of the failregex that matches it, from 0; -1: none. */
        rule?: number;
        failregex?: string;
}

export interface ExplainedJail {
        jail: string;
        running: boolean;
        banned: boolean;
        origin: OriginName;
        banned_at: number;
        ends_at: number;
        bantime: number;
        remaining?: number;
        failures: number;
        count: number;
        lines: ExplainedLine[];
        captured: Record<string, string>;
        banned_by?: number;
        reason?: string;
        problem?: string;
        maxretry?: number;
        findtime?: number;
        base_bantime?: number;
        increment?: boolean;
        multipliers?: string;
        maximum_bantime?: number;
}

export interface Explanation {
        address: string;
        verdict: string;
        banned: boolean;
        jails: ExplainedJail[];
        covered_by: BanRow[];
        inside?: number;
        allowed_by: AllowRow[];
        earlier: EarlierBan[];
        bans_before: number;
        country: string;
        country_name: string;
        network: number;
        organisation: string;
        problems: string[];
}

/* AllowList */

export interface AllowRow {
        entry: string;
        origin: 'bangui' | 'fail2ban';
        kind: 'address' | 'network' | 'name';
        /** Empty: all. */
        jails: string[];
        in_force: string[];
        waiting: string[];
        note?: string;
        uid?: number;
        author?: string;
        created_at?: number;
        /** 0: never. */
        expires_at?: number;
        addresses?: string[];
        resolved_at?: number;
        problem?: string;
}

export interface AllowResult extends AllowRow {
        unbanned?: number;
        covered_by?: BanRow[];
        problem_applying?: string;
}

export interface AllowCheck {
        address: string;
        allowed: boolean;
        jails: string[];
        entries: AllowRow[];
}

/* Stats */

export interface Figures {
        total: number;
        since: number;
        until: number;
}

export interface Thresholds {
        low: number;
        medium: number;
        high: number;
}

export interface CountryCount {
        country: string;
        name: string;
        bans: number;
        share: number;
}

export interface JailCount {
        jail: string;
        bans: number;
        share: number;
}

export interface NetworkCount {
        network: number;
        organisation: string;
        bans: number;
        share: number;
}

export interface OriginCount {
        origin: OriginName;
        bans: number;
        share: number;
}

export interface AddressCount {
        address: string;
        country: string;
        network: number;
        jail: string;
        last_at: number;
        bans: number;
        share: number;
}

export interface HourCount {
        /** 1: Monday. */
        weekday: number;
        hour: number;
        bans: number;
        share: number;
}

export interface ByCountry extends Figures {
        rows: CountryCount[];
        thresholds: Thresholds;
}

export interface Trend extends Figures {
        rows: { at: number; bans: number }[];
        /** When asked for by jail: the seven most frequent, and the others together without a name. */
        series?: { jail: string; bans: number[] }[];
        bucket: string;
        bucket_seconds: number;
        timezone: string;
        removed: number;
}

export interface Activity {
        since: number;
        until: number;
        /** Without active: no sample was taken. */
        rows: { at: number; active?: number; failures: number }[];
        failures: number;
        before_failures?: number;
        bucket: string;
        bucket_seconds: number;
        timezone: string;
}

export interface Comparison extends Figures {
        addresses: number;
        /** How many of them were banned more than once. */
        repeat_addresses: number;
        before?: number;
        before_addresses?: number;
        before_repeat_addresses?: number;
        before_since?: number;
        change?: number;
}

export interface Overview extends Comparison {
        by_country: CountryCount[];
        by_jail: JailCount[];
        by_network: NetworkCount[];
        by_origin: OriginCount[];
        top: AddressCount[];
        trend: Trend;
        /** For each row of the trend: addresses that were banned for the first time in the range. */
        new_addresses: number[];
        active: number;
        thresholds: Thresholds;
}

/* History */

export interface HistoryRow {
        kind: 'ban' | 'unban';
        at: number;
        jail: string;
        address: string;
        country: string;
        network: number;
        origin: OriginName;
        banned_at: number;
        cause: Cause;
        /** -1: permanent, -2: not known. */
        bantime?: number;
        /** -1: never, 0: not known. */
        ends_at?: number;
        ended_at?: number;
        count?: number;
        failures?: number;
        repeat?: boolean;
        matches?: string[];
        uid?: number;
        reason?: string;
}

export interface AddressHistory {
        address: string;
        country: string;
        country_name: string;
        network: number;
        organisation: string;
        first_seen: number;
        last_seen: number;
        bans: number;
        unbans: number;
        repeat_offender: boolean;
        jails: { jail: string; bans: number; first_at: number; last_at: number }[];
        rows: HistoryRow[];
        next_cursor: string;
}

export interface Repeater {
        address: string;
        bans: number;
        jails: string[];
        first_at: number;
        last_at: number;
        country: string;
        network: number;
}

export interface Archive {
        bans: number;
        oldest_at: number;
        newest_at: number;
        synced_at: number;
}

export interface ImportResult {
        lines: number;
        bans: number;
        unbans: number;
        changed: number;
        known: number;
        refused: number;
        unreadable: number;
        first_at: number;
        last_at: number;
}

/* Geo */

export interface GeoProperties {
        country_file: string;
        country_type: string;
        country_built_at: number;
        country_problem: string;
        network_file: string;
        network_type: string;
        network_built_at: number;
        network_problem: string;
        outside: boolean;
}

export interface GeoPlace {
        address: string;
        country: string;
        country_name: string;
        network: number;
        organisation: string;
        source: '' | 'file' | 'outside';
        public: boolean;
}

export type GeoStatistics = Record<
        | 'country_entries'
        | 'network_entries'
        | 'country_bytes'
        | 'network_bytes'
        | 'cached'
        | 'cached_max'
        | 'negative'
        | 'unsaved'
        | 'hits'
        | 'misses'
        | 'evicted'
        | 'stored'
        | 'requests'
        | 'failures'
        | 'asked'
        | 'answered'
        | 'quiet_until_at',
        number
>;

/* Server and jails */

export interface ServerProperties {
        online: boolean;
        state: 'online' | 'offline' | 'unknown';
        state_reason: string;
        state_since: number;
        version: string;
        jails: string[];
        currently_banned: number;
        total_banned: number;
        currently_failed: number;
        total_failed: number;
        log_level: string;
        log_target: string;
        syslog_socket: string;
        database_file: string;
        database_purge_age: number;
        database_max_matches: number;
}

export interface LogRow {
        at: number;
        level: string;
        component: string;
        jail: string;
        message: string;
        line: string;
}

export interface ReloadResult {
        reloaded: string[];
        missing: string[];
        failed: Record<string, string>;
}

export type LogState = 'ok' | 'missing' | 'unreadable' | 'no-file' | 'unknown' | 'dropped';

export interface LogRow {
        path: string;
        state: LogState;
        size: number;
        /** 0: not known. */
        modified_at: number;
        problem?: string;
}

export interface JailProperties {
        name: string;
        idle: boolean;
        backend: string;
        currently_banned: number;
        total_banned: number;
        currently_failed: number;
        total_failed: number;
        log_paths: string[];
        journal_matches: string[];
        log_encoding: string;
        log_timezone: string;
        date_pattern: string;
        prefregex: string;
        failregex: string[];
        ignoreregex: string[];
        ignore_addresses: string[];
        ignore_self: boolean;
        ignore_command: string;
        ignore_cache: string;
        find_time: number;
        /** -1: for ever. */
        ban_time: number;
        max_retry: number;
        max_matches: number;
        max_lines: number;
        use_dns: string;
        actions: string[];
        ban_time_increment: boolean;
        ban_time_factor: string;
        ban_time_formula: string;
        ban_time_multipliers: string;
        ban_time_maximum: number;
        ban_time_random: number;
        ban_time_overall_jails: boolean;
}

/* Jobs, operations, settings */

export interface JobRow {
        name: string;
        description: string;
        interval: number;
        calendar: string;
        state: 'waiting' | 'running' | 'backing-off' | 'off';
        last_start_at: number;
        last_duration_usec: number;
        last_result: '' | 'done' | 'failed' | 'cancelled';
        last_error: string;
        last_message: string;
        next_run_at: number;
        runs: number;
        failures: number;
}

export interface OperationProperties {
        kind: string;
        state: 'running' | 'done' | 'failed' | 'cancelled';
        progress: number;
        message: string;
        error: string;
        started: number;
        result: Record<string, unknown>;
}

export type SettingValue = boolean | number | string;

export interface SettingRow {
        key: string;
        value: SettingValue;
        default: SettingValue;
        type: 'boolean' | 'integer' | 'choice' | 'path' | 'folders' | 'command' | 'url' | 'name' | 'bus-address';
        min?: number;
        max?: number;
        unit?: string;
        choices?: string[];
        allowed: string;
        help: string;
        origin: 'default' | 'file' | 'stored' | 'environment' | 'command line';
        where: string;
        pinned: boolean;
        runtime: boolean;
}

/* The bridge's own */

export interface Health {
        /** All but the state only for who is signed in. */
        bridge: { state: string; host?: string; version?: string; uptime?: number };
        daemon: { online: boolean; state?: string; version?: string };
}

export interface Setup {
        done: boolean;
        allowed: boolean;
}

export type StrengthAdvice = 'longer' | 'common' | 'repeats' | 'sequence' | 'variety' | 'names';

export interface Strength {
        /** 0 to 4. */
        score: number;
        advice: StrengthAdvice[];
}

export interface Session {
        kind: string;
        id: number;
        scope: 'read' | 'ban' | 'admin';
        expires_at: number;
}
