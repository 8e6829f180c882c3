// SPDX-License-Identifier: GPL-3.0-or-later

namespace DolibarrOAuthBridge.IntegrationTests.Support;

/// <summary>What the queries of the page for DBAs are to find.</summary>
internal static class DbaPage
{
    /// <summary>Rows of Dolibarr: a collector, a mail setting, a token twice, and one of another owner.</summary>
    public const string DolibarrRows = """
        CREATE TABLE llx_emailcollector_emailcollector (rowid integer PRIMARY KEY, entity integer, ref varchar(128),
            oauth_service varchar(128), acces_type integer);
        INSERT INTO llx_emailcollector_emailcollector VALUES (1, 1, 'in', 'GOOGLE-Mail', 1);
        INSERT INTO llx_const (name, value, entity) VALUES ('MAIN_MAIL_SMTPS_OAUTH_SERVICE', 'GOOGLE-Mail', 1);
        INSERT INTO llx_oauth_token (service, token, entity) VALUES ('Google-Mail', 'x', 1), ('Google-Mail', 'y', 1), ('other', 'z', 1);
        """;
}
