// SPDX-License-Identifier: GPL-3.0-or-later

using DolibarrOAuthBridge.Demo.Processes;

namespace DolibarrOAuthBridge.Demo.Mail;

/// <summary>
/// The files that make a Dovecot 2.3 private: everything in one directory, as one ordinary account, on the loopback address.
/// </summary>
internal static class DovecotConfiguration
{
    public const string Main = "dovecot.conf";
    public const string OAuth2 = "oauth2.conf.ext";
    public const string Certificate = "server.pem";
    public const string Key = "server.key";
    public const string Log = "dovecot.log";

    /// <summary>The main file. Without root there is no chroot and no change of user, so both are switched off.</summary>
    public static string ForMain(string directory, ServiceAccount account, string group, DovecotPorts ports, int nextHop) =>
        $$"""
            protocols = imap submission
            listen = 127.0.0.1
            hostname = localhost
            base_dir = {{directory}}/run
            state_dir = {{directory}}/state
            log_path = {{directory}}/{{Log}}
            auth_verbose = yes
            default_internal_user = {{account.Name}}
            default_internal_group = {{group}}
            default_login_user = {{account.Name}}
            first_valid_uid = 1
            default_vsz_limit = 512M

            ssl = yes
            ssl_cert = <{{directory}}/{{Certificate}}
            ssl_key = <{{directory}}/{{Key}}
            ssl_min_protocol = TLSv1.2
            disable_plaintext_auth = yes

            auth_mechanisms = xoauth2 oauthbearer
            auth_failure_delay = 0
            passdb {
              driver = oauth2
              mechanisms = xoauth2 oauthbearer
              args = {{directory}}/{{OAuth2}}
            }
            userdb {
              driver = static
              args = uid={{account.UserId}} gid={{account.GroupId}} home={{MailDirectory(directory)}}/%u
            }
            mail_location = maildir:~/Maildir
            mail_fsync = never

            submission_relay_host = 127.0.0.1
            submission_relay_port = {{nextHop}}
            # Dolibarr writes "MAIL FROM: <...>".
            submission_client_workarounds = whitespace-before-path

            service anvil {
              chroot =
              # Penalties slow every login after the first refusals down.
              unix_listener anvil-auth-penalty {
                mode = 0
              }
            }
            service imap-login {
              chroot =
              inet_listener imap {
                port = {{ports.Imap}}
              }
              inet_listener imaps {
                port = {{ports.Imaps}}
                ssl = yes
              }
            }
            service submission-login {
              chroot =
              inet_listener submission {
                port = {{ports.Submission}}
              }
              inet_listener submissions {
                port = {{ports.Submissions}}
                ssl = yes
              }
            }
            service imap-urlauth-login {
              chroot =
            }

            """;

    /// <summary>How tokens are validated: by asking the provider each time, so that a revoked one is refused at once.</summary>
    public static string ForOAuth2(Uri introspection, string clientId, string clientSecret) =>
        $"""
            introspection_mode = post
            introspection_url = {introspection.Scheme}://{Uri.EscapeDataString(clientId)}:{Uri.EscapeDataString(
                clientSecret
            )}@{introspection.Authority}{introspection.AbsolutePath}
            active_attribute = active
            active_value = true
            username_attribute = email
            timeout_msecs = 10000

            """;

    /// <summary>The directory of the mailboxes.</summary>
    public static string MailDirectory(string directory) => $"{directory}/mail";
}
