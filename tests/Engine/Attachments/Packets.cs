using System.Net;
using System.Net.Sockets;
using EbpfCat.Tests.Kernel;

namespace EbpfCat.Tests.Attachments;

/// <summary>Sends datagrams over a test's network.</summary>
internal static class Packets
{
    private const int Port = 7777;

    /// <summary>
    /// Waits until datagrams go through: interfaces just made come up, and neighbours learn of one another.
    /// </summary>
    public static VethPair Connected()
    {
        var network = new VethPair();
        Assert.True(Counting.Eventually(() => Arrives(network, 0)));
        return network;
    }

    /// <summary>Sends a datagram from the far namespace to the near one, where a socket waits for it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="content">What to send.</param>
    /// <returns>Whether it arrived.</returns>
    public static bool Arrives(VethPair network, params byte[] content)
    {
        using var receiver = network.NearNamespace.Run(() =>
        {
            var socket =
                new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 300 };
            socket.Bind(new IPEndPoint(VethPair.NearAddress, Port));
            return socket;
        });
        return Arrives(network, receiver, content);
    }

    /// <summary>Sends a datagram from the far namespace to a socket in the near one.</summary>
    public static bool Arrives(VethPair network, Socket receiver, params byte[] content)
    {
        network.FarNamespace.Run(() =>
        {
            using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            sender.SendTo(content, receiver.LocalEndPoint!);
        });
        var buffer = new byte[64];
        try
        {
            return buffer.AsSpan(0, receiver.Receive(buffer)).SequenceEqual(content);
        }
        catch (SocketException nothing) when (nothing.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return false;
        }
    }
}
