// SPDX-License-Identifier: LGPL-2.1-or-later

/* A time range of one's own: from, until, in the time zone that is shown everywhere. */

import { useState } from 'preact/hooks';
import { now } from '../state/clock';
import { setFilters, useFilters } from '../state/filters';
import { timeZone } from '../state/preferences';
import { fromLocal, startOfDay, toLocal } from '../state/zone';
import { Button, Dialog, Field, Input } from '../ui';
import { closeShellDialog } from './open';
import { w } from './words';

const HOUR = 3600;
const DAY = 86_400;

export default function RangeDialog() {
        const { filters } = useFilters();
        const zone = timeZone.value;
        const [from, setFrom] = useState(() => toLocal(filters.since ?? now() - DAY, zone));
        const [to, setTo] = useState(() => (filters.until ? toLocal(filters.until, zone) : ''));
        const [fault, setFault] = useState('');

        const show = (since: number, until?: number) => {
                setFilters({ since: Math.floor(since), until: until === undefined ? undefined : Math.ceil(until) });
                closeShellDialog();
        };
        const submit = (event: Event) => {
                event.preventDefault();
                const since = fromLocal(from, zone);
                const until = to ? fromLocal(to, zone) : undefined;
                if (since === null || until === null) setFault(w.noTime);
                else if (until !== undefined && until <= since) setFault(w.order);
                else show(since, until);
        };
        const today = startOfDay(now(), zone);
        return (
                <Dialog title={w.customTitle} onClose={closeShellDialog}>
                        <div class="form-row">
                                <Button onClick={() => show(now() - HOUR)}>{w.lastHour}</Button>
                                <Button onClick={() => show(today)}>{w.today}</Button>
                                <Button onClick={() => show(startOfDay(now(), zone, -1), today)}>{w.yesterday}</Button>
                                <Button onClick={() => show(startOfDay(now(), zone, -6))}>{w.thisWeek}</Button>
                        </div>
                        <form class="form" onSubmit={submit} noValidate>
                                <div class="form-row form-row-top">
                                        <Field label={w.from} error={fault}>
                                                <Input type="datetime-local" value={from} onValue={setFrom} />
                                        </Field>
                                        <Field label={w.to} hint={w.toHint}>
                                                <Input type="datetime-local" value={to} onValue={setTo} />
                                        </Field>
                                </div>
                                <small class="soft">{w.inZone(zone)}</small>
                                <div class="form-row dialog-end">
                                        <Button onClick={closeShellDialog}>{w.cancel}</Button>
                                        <Button kind="primary" type="submit">
                                                {w.apply}
                                        </Button>
                                </div>
                        </form>
                </Dialog>
        );
}
